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
     'Terminated\n143\nKilled\n137\nUser defined signal 1\n138\nHangup\n129\n'),
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
    ('cp', 'cd /tmp; echo a >c1; cp c1 c2; cat c2; mkdir c; cp c1 c2 c; ls c; cp c d9; echo $?; '
     'cp -r c d9; ls d9; cp -r c d9; ls d9; cp c1 c1; echo $?; cp -r c c/x 2>/dev/null; echo $?',
     'a\nc1\nc2\ncp: c: is a folder, and -r was not said\n1\nc1\nc2\nc\nc1\nc2\n'
     'cp: c1: is the same file\n1\n1\n'),
    ('cp keeps rights and links', 'cd /tmp; umask 022; mkdir ck; echo x >ck/s; cp /bin/true ck/t; '
     'cp -r ck cl; '
     'cl/t; echo $?; ls -l cl; cp -r /proc/self/exe cl/link; ls -l cl/link',
     r'0\n-rw-r--r-- .* s\n-rwxr-xr-x .* t\nl.* cl/link -> /bin/cp\n'),
    ('cp of what is not there', 'cd /tmp; cp /nonesuch x; echo $?; cp; echo $?; cp -z a b; echo '
     '$?; '
     'echo 1 >c3; cp c3 c3 c3; echo $?; cp c3 /nonesuch/x; echo $?; mkdir cd; '
     'cp -r /dev/virtio-ports cd; echo $?',
     'cp: /nonesuch: No such file or directory\n1\n(usage: cp .*\n.*\n2\n){2}'
     'cp: c3: Not a directory\n1\ncp: /nonesuch/x: No such file or directory\n1\n'
     '(cp: .*: is no file, and has no end\n)+1\n'),
    ('mv', 'cd /tmp; mkdir v; echo a >v1; echo b >v2; mv v1 v3; cat v3; mv v2 v3; cat v3; mv v3 v; '
     'ls v; mv v w9; ls w9; >v4; >v5; mv v4 v5 w9/; ls w9; mv w9/v3 .; cat v3',
     'a\nb\nv3\nv3\nv3\nv4\nv5\nb\n'),
    ('mv of what is not there', 'cd /tmp; mv /nonesuch x; echo $?; mv a; echo $?; >v6; '
     'mv v6 v6 v6; echo $?; mkdir v7; mv v7 v7/x; echo $?',
     'mv: /nonesuch to x: No such file or directory\n1\nusage: mv .*\n.*\n2\n'
     'mv: v6: Not a directory\n1\nmv: v7 to v7/x: Invalid argument\n1\n'),
    ('touch', 'cd /tmp; touch o1 "o 2"; ls o*; touch -c o3; ls o3; touch /nonesuch/x; echo $?; '
     'touch; echo $?; echo keep >o4; touch o4; cat o4; touch /tmp; echo $?',
     'o 2\no1\nls: o3: .*\ntouch: /nonesuch/x: No such file or directory\n1\nusage: touch .*\n2\n'
     'keep\n0\n'),
    ('touch gives the present time', 'cd /tmp; date -s @1000000000 >/dev/null; touch now; ls -l '
     'now; '
     'date -s @1100000000 >/dev/null; touch now; ls -l now', '.* 2001-09-09 .*\n.* 2004-11-09 '
     '.*\n'),
    ('uname', 'uname; uname -s; uname -m; uname -n; uname -sm; uname -ms; uname -r; uname -a; '
     'uname -z; echo $?; uname x; echo $?',
     r'Linux\nLinux\nriscv64\npostern\nLinux riscv64\nLinux riscv64\n(\S+)\n'
     r'Linux postern \1 .* riscv64\n(usage: uname .*\n2\n){2}'),
    ('head', 'cd /tmp; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i; done >h; head h | wc -l; '
     'head -2 h; head -n 1 h; head -n3 <h | wc -l; head -n 0 h; head -1 h - <h; '
     '{ head -3; cat; } <h | wc -l; cat h | head -1',
     r'10\n1\n2\n1\n3\n==> h <==\n1\n\n==> - <==\n1\n12\n1\n'),
    ('head of nonsense', 'head -x; echo $?; head -n; echo $?; head /nonesuch; echo $?; '
     'head /tmp; echo $?; echo -n "no newline" | head', '(usage: head .*\n2\n){2}'
     'head: /nonesuch: .*\n1\nhead: /tmp: Is a directory\n1\nno newline'),
    ('grep', "cd /tmp; printf 'one\\ntwo\\nThree\\n' >g; grep o g; grep -n t g; grep -ic T g; "
     "grep -v o g; grep -q one g; echo $?; grep x g; echo $?; grep -l o g g; grep -c o g g; "
     "cat g | grep -n '^T'; grep -in THREE g -; grep -e -x g; echo $?; grep -- one g",
     'one\ntwo\n2:two\n2\nThree\n0\n1\ng\ng\ng:2\ng:2\n3:Three\ng:3:Three\n1\none\n'),
    ('grep and its patterns', "cd /tmp; printf 'ab\\naab\\nb\\na.b\\na*b\\n[x]\\n\\n$^\\n' >p; "
     "grep -c . p; grep -c '' p; grep '^a*b$' p; grep '^a[a.]b' p; grep -F 'a.b' p; grep 'a\\.b' "
     "p; "
     "grep '^[^a]' p; grep -n '^$' p; grep '*b' p; grep 'a\\*' p; grep '[]x[]' p; grep -i "
     "'[A-B]B$' p; "
     "grep '\\$^' p; grep 'x]' p; grep 'a$b' p; echo $?",
     r'7\n8\nab\naab\nb\naab\na\.b\na\.b\na\.b\nb\n\[x\]\n\$\^\n7:\na\*b\na\*b\n\[x\]\n'
     r'ab\naab\n\$\^\n\[x\]\n1\n'),
    ('grep asked wrongly', "grep; echo $?; grep -E a /dev/null; echo $?; grep '[a' /dev/null; "
     "echo $?; "
     "grep 'a\\|b' /dev/null; echo $?; grep '[[:alpha:]]' /dev/null; echo $?; "
     "grep a /nonesuch; echo $?; grep a /tmp; echo $?",
     '(usage: grep .*\n2\n){2}grep: \\[a: .*\n2\n(grep: .*: not supported\n2\n){2}'
     'grep: /nonesuch: No such file or directory\n2\ngrep: /tmp: Is a directory\n2\n'),
    ('grep of long lines', 'x=0123456789; for i in 1 2 3 4; do x=$x$x$x$x$x$x; done; '
     'printf "%s\\nend" $x$x | grep -n end; printf %s $x | grep -c "0.*9$"', '2:end\n1\n'),
    ('od', "printf 'hello, world 1\\n\\t\\0\\377' | od -c; echo hello | od; echo hello | od -x; "
     "echo hello | od -An -t x1; printf 'ab' | od -A d -b; printf '\\377\\376' | od -t d1; "
     "printf '\\377\\376' | od -d; printf 1234 | od -A x -t x4; od </dev/null",
     r'0000000   h   e   l   l   o   ,       w   o   r   l   d       1  \\n  \\t\n'
     r'0000020  \\0 377\n0000022\n0000000 062550 066154 005157\n0000006\n'
     r'0000000 6568 6c6c 0a6f\n0000006\n 68 65 6c 6c 6f 0a\n0000000 141 142\n0000002\n'
     r'0000000   -1   -2\n0000002\n0000000 65279\n0000002\n000000 34333231\n000004\n0000000\n'),
    ('od of equal lines', 'x=0123456789abcdef; printf $x$x$x$x-- | od -c | wc -l; '
     'printf $x$x$x$x-- | od -cv | wc -l; printf $x$x$x$x-- | od -Ad -c | grep "^[*0]"',
     r'4\n6\n0000000 .*\n\*\n0000064   -   -\n0000066\n'),
    ('od of several', 'cd /tmp; printf ab >od1; printf cd | od -c od1 - od1; od /nonesuch od1; '
     'echo $?; od -z; echo $?; od -t x3; echo $?',
     r'0000000   a   b   c   d   a   b\n0000006\nod: /nonesuch: .*\n0000000 061141\n0000002\n1\n'
     r'(usage: od .*\n2\n){2}'),
    ('printf', "printf 'a%sb\\n' 1 2; printf '%5d|%-5s|%05x|%c|%%|%.2s\\n' 42 ab 255 xyz abc; "
     "printf '%b' 'a\\tb\\n\\0101\\n'; printf '\\101\\n'; printf '%s %d.\\n'; printf 'no\\n' a b; "
     "printf '%i %o %u\\n' -3 8 0x10; printf '%d\\n' \"'A\"; printf %b 'x\\cy' z; echo",
     'a1b\na2b\n   42\\|ab   \\|000ff\\|x\\|%\\|ab\na\tb\nA\nA\n 0\\.\nno\n-3 10 16\n65\nx\n'),
    ('printf of nonsense', "printf '%d\\n' 1x; echo $?; printf %f 1; echo $?; printf; echo $?",
     'printf: 1x: not a number\n1\n1\nprintf: %f: not supported\n2\nusage: printf .*\n2\n'),
    ('printf keeps widths and tells limits', "printf '%3c|%-3c|\\n' ab c; printf %5b x; echo $?; "
     "printf '%u\\n' 18446744073709551615; echo $?",
     '  a\\|c  \\|\nprintf: %5b: not supported\n2\nprintf: 18446744073709551615: too large\n'
     '9223372036854775807\n1\n'),
    ('names that begin with a dash', 'mkdir /tmp/dash; cd /tmp/dash; echo one >-x; cat -- -x; '
     'head -- -x; head -n 1 -- -x; wc -l -- -x; od -An -c -- -x; cp -- -x -y; mv -- -y -z; '
     'touch -- -t; mkdir -- -d; ls -1 -- -d -t -x -z; rm -- -t; rm -f -- -z; ls; '
     'cat -q; echo $?; cat - </dev/null',
     'one\none\none\n1 -x\n   o   n   e  \\n\n-t\n-x\n-z\n\n-d:\n-d\n-x\nusage: cat .*\n2\n'
     .replace('  \\n\n', r'  \\n' + '\n')),
    ('grep and bytes of value 0', r"cd /tmp; printf 'x\0abc\nabc\0y\n' >zeros; grep -c abc zeros; "
     "grep 'y$' zeros | od -An -c; grep 'c$' zeros | wc -c; grep -F 'a\nb' zeros; echo $?",
     '2\n   a   b   c  \\\\0   y  \\\\n\n6\ngrep: a\nb: several patterns: not supported\n2\n'),
    ('cp -r of a folder onto a file', 'cd /tmp; mkdir empty; echo a >plain; cp -r empty plain; '
     'echo $?; cat plain', 'cp: plain: Not a directory\n1\na\n'),
    ('head names what it has opened', 'cd /tmp; echo a >one; head nonesuch one 2>/dev/null; '
     'echo $?', '==> one <==\na\n1\n'),
    ('wc of the standard input by its name', 'echo a | wc -l -', '1 -\n'),
    ('clear', 'clear | od -An -c', r' 033   \[   H 033   \[   2   J 033   \[   3   J\n'),
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


# --- the machine's end, and the list of all commands ---------------------------------------------

def test_poweroff():
    """Nothing runs behind it, and the end is an orderly one."""
    result = run(['--', 'sh', '-c', 'echo before; poweroff; echo after; exit 9'])
    assert (result.text, result.status) == ('before\n', 0), result
    assert result.last == 'tools/run: exit 0 (command)'


def test_help_knows_all_commands():
    """One line for each builtin that works and each program in /bin, none for what is not there;
    no line is wider than a terminal."""
    result = run(['--', 'sh', '-c', 'help; echo @bin; ls /bin; echo @builtins; for b in : . [ '
    'alias '
                  'break cd command continue eval exec exit export false help pwd read return set '
     'shift test '
                  'trap true type umask unset wait; do type "$b"; done 2>&1 | grep -v "not found"'])
    helped, programs, builtins = re.split('@bin\n|@builtins\n', result.text)
    known, listed = helped.split('Programs in /bin:\n')
    listed = [line.split() for line in re.findall('^  (.*)', listed.split('Not supported')[0],
    re.M)]
    assert [words[0] for words in listed] == programs.split()
    assert all(len(words) > 2 for words in listed), 'a program whose first line says nothing'
    assert re.findall(r'^  (\S+)', known,
    re.M) == [line.split()[0] for line in builtins.splitlines()]
    assert max(map(len, helped.splitlines())) <= 80, helped


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
