"""test_programs.py - the small programs of user/bin: what they print and how they end.

Like test_sh.py: a table of shell commands, all run in one boot. An expected output is a regular
expression for the whole output, because dates, process numbers and addresses change. vdso-tour is
below the table; init, ldd and the shell have tests of their own.
"""
import functools
import os
import re
import tempfile

import pytest
from elftools.elf.elffile import ELFFile

import runner
from runner import run

CASES = [
    ('true', 'true x; echo $?', '0\n'),
    ('false', 'sh -c "exec false"; echo $?', '1\n'),
    ('echo', 'sh -c "exec echo a \'b  c\' -n"; echo -n x; echo -n; echo; echo -- "\\\\"',
     'a b  c -n\nx\n-- \\\\\n'),
    ('echo to a closed output', 'sh -c "exec echo a >&-"; echo $?',
     'echo: cannot write: Bad file descriptor\n1\n'),
    ('cat of files', 'cd /tmp; echo a >f; echo b >g; cat f g f; echo x | cat g - f',
     'a\nb\na\nb\nx\na\n'),
    ('cat of nothing', 'cat </dev/null; cat /nonesuch /tmp; echo $?',
     'cat: /nonesuch: No such file or directory\ncat: /tmp: Is a directory\n1\n'),
    ('cat keeps all bytes', 'cat /bin/cat | cat >/tmp/copy; wc -c </tmp/copy; wc -c </bin/cat',
     r'(\d+)\n\1\n'),
    ('env', 'A=1 env | while read l; do [ "$l" = A=1 ] && echo $l; done; '
     'env -i B=2 /bin/env; env C=3 sh -c \'echo $C\'; env -i', 'A=1\nB=2\n3\n'),
    ('env of what is not there', 'env nonesuch; echo $?; env /tmp; echo $?; env -z; echo $?',
     'env: nonesuch: not found\n127\nenv: /tmp: Permission denied\n126\nusage: env .*\n2\n'),
    ('env without a name', 'env =foo A=1; echo $?; env ""; echo $?',
     "env: cannot set '': Invalid argument\n1\nenv: : not found\n127\n"),
    ('kill is not asked modulo 2^32', 'kill -0 4294967297; echo $?',
     "kill: '4294967297' is .*\n2\n"),
    ('date sets nothing when asked wrongly', 'date -s @5 junk; [ $(date +%Y) -gt 2000 ]; echo $?',
     'usage: date .*\n.*\n0\n'),
    ('wc of several', 'cd /tmp; echo a b >wa; echo c >wb; wc wa wb; wc -l wa wb',
     '1 2 4 wa\n1 1 2 wb\n2 3 6 total\n1 wa\n1 wb\n2 total\n'),
    ('rm -f of nothing', 'rm -f; echo $?; rm; echo $?', '0\nusage: rm .*\n2\n'),
    ('kill', 'sleep 100 & kill $!; wait $!; echo $?; sleep 100 & kill -9 $!; wait $!; echo $?; '
     'sleep 100 & kill -s USR1 $!; wait $!; echo $?; sleep 100 & kill -SIGHUP $!; wait $!; echo $?',
     '143\n137\n138\n129\n'),
    ('kill asks', 'kill -0 $$; echo $?; kill -0 99999; echo $?',
     '0\nkill: 99999: No such process\n1\n'),
    ('kill is asked wrongly', 'kill; echo $?; kill -NONE 1; echo $?; kill x; echo $?; kill -99 1; '
     'echo $?', 'usage: kill .*\n.*\n2\nkill: unknown signal \'NONE\'.*\nusage: .*\n.*\n2\n'
     'kill: \'x\' is not .*\n2\nkill: unknown signal \'99\'.*\nusage: .*\n.*\n2\n'),
    ('kill -l', 'kill -l', r' 1 HUP +2 INT +3 QUIT .*\n.*9 KILL[\s\S]*31 SYS *\n'),
    ('sleep', 'sleep 0; echo $?; sleep .01; echo $?; sleep 0.000000001; echo $?', '0\n0\n0\n'),
    ('sleep of nonsense', 'sleep; echo $?; sleep 1x; echo $?; sleep -1; echo $?; sleep .; echo $?',
     '(usage: sleep .*\n2\n){4}'),
    ('ls', 'cd /tmp; mkdir l l/d; >l/b; >l/a; >l/.h; cd l; ls; ls -a; ls -d . d; ls b a d',
     'a\nb\nd\n\\.\n\\.\\.\n\\.h\na\nb\nd\n\\.\nd\na\nb\n\nd:\n'),
    ('ls -l', 'cd /tmp; mkdir m; echo 12345 >m/f; umask 077; >m/g; ls -l m; ls -ld m',
     r'-rw-r--r-- +1 +0 +0 +6 \d{4}-\d\d-\d\d \d\d:\d\d f\n'
     r'-rw------- +1 +0 +0 +0 \d{4}-\d\d-\d\d \d\d:\d\d g\n'
     r'drwxr-xr-x +\d+ +0 +0 +\d+ \d{4}-\d\d-\d\d \d\d:\d\d m\n'),
    ('ls of links and devices', 'ls -l /proc/self/exe; ls -ld /dev/null /tmp',
     r'l.{9} .* /proc/self/exe -> /bin/ls\n(c.{9} .* /dev/null\nd.{9} .* /tmp\n)'),
    ('ls of what is not there', 'ls /nonesuch /bin/ls; echo $?; ls -z; echo $?',
     'ls: /nonesuch: No such file or directory\n/bin/ls\n1\nusage: ls .*\n2\n'),
    ('mkdir', 'cd /tmp; mkdir n; echo $?; mkdir n; echo $?; mkdir n/x/y; echo $?; '
     'mkdir -p n/x/y n; '
     'echo $?; ls n/x; >file; mkdir -p file/z; echo $?',
     '0\nmkdir: n: File exists\n1\nmkdir: n/x/y: No such file or directory\n1\n0\ny\n'
     'mkdir: file: File exists\n1\n'),
    ('rm', 'cd /tmp; >p; >q; rm p q; echo $?; ls p q; rm p; echo $?; rm -f p; echo $?; '
     'rm /tmp; echo $?',
     '0\nls: p: .*\nls: q: .*\nrm: p: No such file or directory\n1\n0\n'
     'rm: /tmp: Is a directory\n1\n'),
    ('wc', 'cd /tmp; echo "a b\tc" >w; echo "  d" >>w; wc w; wc -l w; wc -w <w; wc -c <w; '
     'wc </dev/null; '
     'wc /nonesuch; echo $?', '2 4 10 w\n2 w\n4\n10\n0 0 0\nwc: /nonesuch: .*\n1\n'),
    ('ps', 'ps', r'  PID  PPID STAT CMD\n    1     0 S    /init\n'
     r'( +\d+ +\d+ [RS]    sh .*\n)+ +\d+ +\d+ R    ps\n'),
    ('ps and a zombie', 'sleep 0 & sleep .1; ps', r'[\s\S]* Z    \[sleep\]\n[\s\S]*'),
    ('date', 'date -u; date', r'(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}\n){2}'),
    ('date sets the clock', 'date -s @1000000000; date +%F; date "+%Y %H %% %N"',
     r'Sun Sep  9 01:46:40 UTC 2001\n2001-09-09\n2001 01 % \d{9}\n'),
    ('date counts', 'date -u -s @1600000000 >/dev/null; date +%s', r'160000000\d\n'),
    ('date of nonsense', 'date x; echo $?; date -s 5; echo $?; date -s @x; echo $?',
     '(usage: date .*\n.*\n2\n){3}'),
    ('uptime', 'uptime', r'up 0 days, 00:0\d:\d\d\.\d\d\n'),
]
END = '@end'


@functools.lru_cache(1)
def outcomes():
    """{number of a case: its output}, of one boot."""
    script = ''.join('cd /\n%s\necho; echo %s %d\n' % (case[1], END, i)
                     for i, case in enumerate(CASES))
    with tempfile.NamedTemporaryFile('w', encoding='utf-8') as file:
        file.write(script)
        file.flush()
        result = run(['--add', file.name + '=/cases', '--', 'sh', '/cases'])
    found, at = {}, 0
    for mark in re.finditer(r'\n%s (\d+)\n' % END, result.text):
        found[int(mark[1])] = result.text[at:mark.start()]
        at = mark.end()
    assert found, 'no case came to its end\n%s' % result
    return found


@pytest.mark.parametrize('number', range(len(CASES)), ids=[case[0] for case in CASES])
def test_case(number):
    name, script, expected = CASES[number]
    assert number in outcomes(), 'the machine stopped before or in this case: %s' % script
    seen = outcomes()[number]
    assert re.fullmatch(expected, seen), 'script:\n%s\nexpected %r\nseen %r' % (
        script, expected, seen)


# --- vdso-tour -----------------------------------------------------------------------------------

EXPORTS = {'clock_gettime': 'LINUX_4.15', 'gettimeofday': 'LINUX_4.15',
           'clock_getres': 'LINUX_4.15', 'getcpu': 'LINUX_4.15', 'flush_icache': 'LINUX_4.15',
           'rt_sigreturn': 'LINUX_4.15',
           'time': 'POSTERN_1'}


@functools.lru_cache(1)
def tour():
    result = run(['--', 'vdso-tour'])
    assert result.status == 0, str(result)
    return result.text


def image():
    return ELFFile(open(os.path.join(runner.BUILD, 'vdso', 'vdso.so'), 'rb'))


def test_tour_fits_on_a_screen():
    lines = tour().splitlines()
    assert len(lines) <= 30 and max(map(len, lines)) <= 80


def test_tour_places():
    """The base in the auxiliary vector, [vdso] and [vvar] in the maps are three views of one."""
    base = re.search(r'AT_SYSINFO_EHDR \(33\) = 0x(\w+)', tour())[1]
    vvar = re.search(r'maps +(\w+)-(\w+) r--p \[vvar\]', tour())
    vdso = re.search(r'maps +(\w+)-(\w+) r-xp \[vdso\]', tour())
    assert base == vdso[1] == vvar[2]
    assert re.search('vvar +0x%s' % vvar[1], tour())


def test_tour_symbols():
    """Each export with its version, at the base plus what the image says."""
    base = int(re.search(r'AT_SYSINFO_EHDR \(33\) = 0x(\w+)', tour())[1], 16)
    shown = {name: (int(at, 16), int(size), version) for at, size, name, version in
             re.findall(r'symbol +(0x\w+) +(\d+) bytes +__vdso_(\w+) +(\S+)', tour())}
    symbols = {s.name: s.entry for s in image().get_section_by_name('.dynsym').iter_symbols()}
    for name, version in EXPORTS.items():
        symbol = symbols['__vdso_' + name]
        assert shown.get(name) == (base + symbol.st_value, symbol.st_size, version), name


def test_tour_headers():
    """Soname and build-id are those of the image that was built."""
    build_id = next(note['n_desc'] for segment in image().iter_segments('PT_NOTE')
                    for note in segment.iter_notes() if note['n_type'] == 'NT_GNU_BUILD_ID')
    assert 'soname linux-vdso.so.1' in tour() and 'build-id %s' % build_id in tour()


def test_tour_fields():
    """begin and end are equal: the line was not torn. Two clocks tick, the coarse one does not."""
    fields = {name: values.split() for name, values in
              re.findall(r'^ {8}([a-z_]+) +(\S+ +\S+ +\S+)$', tour(), re.M)}
    assert fields['begin'] == fields['end']
    assert fields['mult'][0] == fields['mult'][1] != fields['mult'][2] == '0'
    assert fields['limit_ns'] == ['1000000000'] * 3
    assert int(fields['sec'][0]) > 1600000000 > int(fields['sec'][1])


def test_tour_times():
    assert 'they agree' in tour()
    cost = re.search(r'cost +vDSO (\d+)\.\d ns, call (\d+)\.\d ns', tour())
    assert cost, 'no cost was shown'


def test_tour_counts_instructions():
    """With --icount a nanosecond is an instruction, so that the costs can be compared."""
    result = run(['--icount', '--', 'vdso-tour'])
    cost = re.search(r'cost +vDSO (\d+)\.\d ns, call (\d+)\.\d ns', result.text)
    assert 20 < int(cost[1]) < 120 < int(cost[2]) < 2000, cost[0]


def test_tour_without_vdso():
    result = run(['--append', 'vdso=0', '--', 'vdso-tour'])
    assert result.status == 0, str(result)
    assert 'no AT_SYSINFO_EHDR' in result.text and 'r-xp [sigpage]' in result.text
    assert '[vdso]' not in result.text.replace('(vdso=0)', '') and 'cost    call' in result.text
