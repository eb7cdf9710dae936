"""test_loader.py - the dynamic loader and the C library, in the guest: what linking promises, and
what is said when it cannot be done.

The libraries and programs are those of tests/loader (make loader-tests). The good set runs in one
boot whose output is cut into sections; every fault has a boot and a /lib of its own.
"""
import os
import re
import shutil
import struct

import pytest
from elftools.elf.elffile import ELFFile

import runner

FILES = os.path.join(runner.BUILD, 'tests', 'loader')
PROGRAMS = ('main one two', 'copy', 'ask-version', 'ask-version-old', 'vdso-strong', 'vdso-weak',
            'library', 'ldd /bin/main', 'ldd /bin/main /bin/copy', 'ldd /init', 'ldd /nowhere',
            'ldd /lib/libone.so', '/lib/ld-postern.so.1')

# A boot is shared, so the module stays on one worker.
pytestmark = pytest.mark.xdist_group('loader')

LIBRARY = """\
[   42|42   |-0042|ff|abc|     7|7     |x|%|0x1234|  0xff|0022]
[-9223372036854775808|18446744073709551615|ffffffffffffffff|5|-7|4294967295|00042|     00a|ab    |\
    xy]
[too l|8]
-42 [x] 0
31 [g] 0
0 [x] 0
63 [] 0
0 [] 0
9223372036854775807 [] 34
-9223372036854775808 [] 0
1970-01-01 00:00:00 Thu  1 Jan 001 UTC %
1969-12-31 23:59:59 Wed 31 Dec 365 UTC %
2000-02-29 00:00:00 Tue 29 Feb 060 UTC %
2024-02-29 23:59:59 Thu 29 Feb 060 UTC %
2100-03-01 00:00:00 Mon  1 Mar 060 UTC %
1-01-01 00:00:00 Mon  1 Jan 001 UTC %
blocks 500, huge 0 Cannot allocate memory
NEW 1 OTHER 4 NONE 0
clocks 0, one time: 1
no clock: -1 Invalid argument
failed 20, left 10
""".splitlines()


RELAENT = 9


def start(script, lib, *options):
    """`sh -c SCRIPT` with the test's programs in /bin and the folder `lib` merged into /lib."""
    assert os.path.isdir(FILES), 'nothing built; the usual cause: make loader-tests has not run'
    return runner.sh(script, '--add', f'{FILES}/bin=/bin', '--add', f'{lib}=/lib', *options)


def sections(commands, result):
    """{command: (status, lines)} of a script made by `script`."""
    assert result.status == 0, result
    parts = result.text.split('=== ')[1:]
    assert len(parts) == len(commands), result
    found = {}
    for command, part in zip(commands, parts):
        lines = part.splitlines()
        found[command] = int(lines[-1].removeprefix('status ')), lines[1:-1]
    return found


def script(commands):
    return '; '.join(f'echo "=== {c}"; {c}; echo "status $?"' for c in commands)


@pytest.fixture(scope='module')
def good():
    """What each of PROGRAMS did with libraries that fit."""
    return sections(PROGRAMS, start(script(PROGRAMS), f'{FILES}/lib'))


@pytest.fixture(scope='module')
def without_vdso():
    commands = ('vdso-strong', 'vdso-weak', 'ldd /bin/vdso-weak')
    return sections(commands, start(script(commands), f'{FILES}/lib', '--append', 'vdso=0'))


@pytest.fixture
def lib(tmp_path):
    """A copy of the good libraries, for a test to spoil."""
    return shutil.copytree(f'{FILES}/lib', tmp_path / 'lib')


def said(lines, text, cause):
    assert text in lines, f'expected the line {text!r}, seen {lines}. Usual cause: {cause}'


# --- what linking promises ------------------------------------------------------------------------
def test_constructors_of_needed_libraries_first(good):
    """Three needs two, one needs three; the program names one, then two."""
    status, lines = good['main one two']
    assert lines[:3] == ['init two', 'init three', 'init one'], (
        f'expected two, three, one; seen {lines[:3]}. Usual cause: constructors in (reversed) order'
        ' of the link map instead of by need')
    assert status == 42


@pytest.mark.parametrize('line, cause', [
    ('arguments 3 one end', "the loader left something on the program's stack"),
    ("program's constructor ran 1 times", 'loader and crt0 both run them, or neither'),
    ('library calls whose: program', 'the search does not begin with the program'),
    ('pointer with addend: 12', 'the addend of R_RISCV_64 is left out'),
    ('variable is one: 1', 'program and library are bound to two definitions'),
    ('call through two libraries: 24', 'a JUMP_SLOT is wrong'),
    ('zero bytes of .bss: 100000', 'the last page of the file is not cleared behind the data'),
    ('weak symbol of nobody: 0', 'a weak reference got the bias instead of zero'),
    ('write to .bss: signal 0', 'RELRO covers too much'),
    ('write to RELRO: signal 11', 'no mprotect after relocation'),
])
def test_program_sees(good, line, cause):
    said(good['main one two'][1], line, cause)


def test_copied_variable(good):
    """R_RISCV_COPY: filled from the library, and used by the library."""
    status, lines = good['copy']
    assert status == 0, (f'expected status 0, seen {status}. Usual cause: the program is relocated '
                         'before the library whose pointer it copies')
    said(lines, 'value 41', 'the copy is taken from the program itself')
    said(lines, 'after the library changed it 7', 'the library uses its own variable still')


@pytest.mark.parametrize('program, version', [('ask-version', 2), ('ask-version-old', 1)])
def test_version_of_symbol(good, program, version):
    assert good[program] == (0, [f'version {version}']), 'usual cause: only names are compared'


@pytest.mark.parametrize('name, kinds', [
    ('libone.so', {'DT_GNU_HASH'}), ('libtwo.so', {'DT_HASH'}),
    ('libthree.so', {'DT_GNU_HASH', 'DT_HASH'})])
def test_kinds_of_hash_table(name, kinds):
    """The set above has a library with each kind of hash table alone, so both are searched."""
    with open(f'{FILES}/lib/{name}', 'rb') as f:
        dynamic = ELFFile(f).get_section_by_name('.dynamic')
        assert {t.entry.d_tag for t in dynamic.iter_tags()} & {'DT_GNU_HASH', 'DT_HASH'} == kinds


# --- the vDSO -------------------------------------------------------------------------------------
def test_vdso_is_linked(good):
    assert good['vdso-strong'] == (0, ['result 0, a time was stored: 1'])
    assert good['vdso-weak'] == (0, ['auxv has one: 1', 'bound: 1', "library's clock: 0"])


def test_no_vdso_strong_reference(without_vdso):
    assert without_vdso['vdso-strong'] == (127, [
        'ld-postern: vdso-strong: cannot find symbol __vdso_clock_gettime, version LINUX_4.15, '
        'needed by vdso-strong'])


def test_no_vdso_weak_reference(without_vdso):
    """The need for linux-vdso.so.1 counts as met, the reference is null, the call is made."""
    assert without_vdso['vdso-weak'] == (0, ['auxv has one: 0', 'bound: 0', "library's clock: 0"])
    assert not [s for s in without_vdso['ldd /bin/vdso-weak'][1] if 'vdso.so' in s]


@pytest.mark.parametrize('append, calls', [('', 0), ('vdso=0', 4000)])
@pytest.mark.parametrize('program', ['clock-loop', 'clock-loop-static'])
def test_clock_reads_enter_kernel(tmp_path, program, append, calls):
    """1,000 rounds of four clock functions: by the vDSO none enters the kernel, without it each."""
    def entries(rounds):
        result = runner.run(['--trace', f'{tmp_path}/trace', '--append', append,
                             '--add', f'{FILES}/bin/{program}=/bin/p', '--', 'p', str(rounds)])
        assert result.status == 0, result
        with open(f'{tmp_path}/trace', encoding='ascii') as lines:
            return sum(', async:0,' in s and 'user_ecall' in s for s in lines)
    seen = entries(1000) - entries(0)
    assert abs(seen - calls) < 10, (
        f'expected {calls} system calls, seen {seen}. Usual cause: bind_vdso found no function '
        '(wrong name or version), which is silent and slow')


# --- ldd ------------------------------------------------------------------------------------------
def test_ldd_names_all(good):
    status, lines = good['ldd /bin/main']
    names = [re.fullmatch(r'\t(\S+)(?: => (/lib/\S+))? \(0x[0-9a-f]{16}\)', s) for s in lines]
    assert status == 0 and all(names), lines
    assert [(m[1], m[2]) for m in names] == [
        ('libone.so', '/lib/libone.so'), ('libtwo.so', '/lib/libtwo.so'),
        ('libpostern.so', '/lib/libpostern.so'), ('libthree.so', '/lib/libthree.so'),
        ('linux-vdso.so.1', None), ('/lib/ld-postern.so.1', None)], (
            'usual cause: the link map is not breadth-first')
    assert 'init' not in ''.join(lines), 'a constructor ran'


def test_ldd_of_several(good):
    status, lines = good['ldd /bin/main /bin/copy']
    assert status == 0 and [s for s in lines if s[0] != '\t'] == ['/bin/main:', '/bin/copy:']


@pytest.mark.parametrize('command, line', [
    ('ldd /init', '\tnot a dynamic executable'),
    ('ldd /lib/libone.so', '\tnot a dynamic executable'),
    ('ldd /nowhere', 'ldd: /nowhere: No such file or directory'),
])
def test_ldd_refuses(good, command, line):
    assert good[command] == (1, [line])


def test_ldd_not_found(lib):
    """A missing library is shown, as Linux's ldd does, and is no error of ldd."""
    os.unlink(lib / 'libthree.so')
    result = start('ldd /bin/main', lib)
    assert result.status == 0 and '\tlibthree.so => not found' in result.text.splitlines(), result


# --- what is said when it cannot be done ----------------------------------------------------------
def refused(lib_folder, command, message):
    """The command ends with 127 and this one line, and nothing of it ran."""
    result = start(command, lib_folder)
    assert (result.status, result.text) == (127, f'ld-postern: {command}: {message}\n'), result


def test_missing_library(lib):
    os.unlink(lib / 'libthree.so')
    refused(lib, 'main', 'cannot find library libthree.so, needed by libone.so')


def test_missing_symbol(lib):
    shutil.copy(f'{FILES}/old/libtwo.so', lib)
    refused(lib, 'main', 'cannot find symbol two_gone, needed by main')


def test_missing_version(lib):
    shutil.copy(f'{FILES}/old/libversion.so', lib)
    refused(lib, 'ask-version',
            'cannot find version V_2 of library libversion.so, needed by ask-version')


@pytest.mark.parametrize('spoil', [
    lambda data: b'',
    lambda data: b'not a library\n' * 100,
    lambda data: data[:4] + b'\x01' + data[5:],               # 32 bits
    lambda data: data[:18] + b'\x3e\x00' + data[20:],         # another machine
    lambda data: data[:16] + b'\x02\x00' + data[18:],         # a program at a fixed address
    lambda data: data[:32] + b'\xff' * 8 + data[40:],         # program headers beyond the end
    lambda data: data[:56] + b'\xff\xff' + data[58:],         # 65535 of them
], ids=['empty', 'text', '32 bits', 'machine', 'type', 'phoff', 'phnum'])
def test_no_library(lib, spoil):
    path = lib / 'libthree.so'
    path.write_bytes(spoil(path.read_bytes()))
    refused(lib, 'main', '/lib/libthree.so is not a library for this machine')


def test_short_library(lib):
    path = lib / 'libthree.so'
    with open(path, 'rb') as f:
        end = max(p['p_offset'] + p['p_filesz'] for p in ELFFile(f).iter_segments('PT_LOAD'))
    os.truncate(path, end - 1)
    refused(lib, 'main', '/lib/libthree.so is cut short or damaged')


def spoil_header(data, kind, **fields):
    """Changes fields of the first program header of this kind."""
    names = ('p_type', 'p_flags', 'p_offset', 'p_vaddr', 'p_paddr', 'p_filesz', 'p_memsz')
    start, count = struct.unpack_from('<32xQ16xH', data)
    for at in range(start, start + 56 * count, 56):
        values = dict(zip(names, struct.unpack_from('<IIQQQQQ', data, at)))
        if values['p_type'] == kind:
            values.update(fields)
            return (data[:at] + struct.pack('<IIQQQQQ', *(values[n] for n in names))
                    + data[at + 48:])
    raise AssertionError(f'no program header of type {kind}')


@pytest.mark.parametrize('kind, fields, message', [
    (1, {'p_memsz': 16}, '/lib/libthree.so is cut short or damaged'),   # more file than memory
    (1, {'p_offset': 2 ** 64 - 4096}, '/lib/libthree.so is cut short or damaged'),
    (1, {'p_vaddr': 2 ** 64 - 4096, 'p_memsz': 8192}, '/lib/libthree.so is cut short or damaged'),
    (1, {'p_vaddr': 16}, '/lib/libthree.so is cut short or damaged'),   # not where its page is
    (2, {'p_vaddr': 2 ** 40}, '/lib/libthree.so has no dynamic section'),
    (2, {'p_type': 0}, '/lib/libthree.so has no dynamic section'),
], ids=['memsz', 'offset', 'vaddr', 'page', 'dynamic', 'no dynamic'])
def test_damaged_library(lib, kind, fields, message):
    """It must end in a message, and must never be mapped over what is there already."""
    path = lib / 'libthree.so'
    path.write_bytes(spoil_header(path.read_bytes(), kind, **fields))
    refused(lib, 'main', message)


@pytest.mark.parametrize('name', ['libone.so', 'libtwo.so'])
@pytest.mark.parametrize('tag', range(38, 42))
def test_dynamic_tag_of_a_later_gabi(lib, name, tag):
    """What this loader does not know it leaves alone; its own table has places with numbers too.
    libone has GNU's hash table alone, libtwo the old one. RELAENT is an entry that is not read."""
    data = bytearray((lib / name).read_bytes())
    with open(lib / name, 'rb') as f:
        at = ELFFile(f).get_section_by_name('.dynamic')['sh_offset']
    while struct.unpack_from('<Q', data, at)[0] != RELAENT:
        at += 16
    struct.pack_into('<Q', data, at, tag)
    (lib / name).write_bytes(data)
    result = start('main one two', lib)
    assert result.status == 42, result


def test_library_in_the_second_folder(tmp_path, lib):
    os.makedirs(tmp_path / 'usr' / 'lib')
    shutil.move(lib / 'libthree.so', tmp_path / 'usr' / 'lib')
    result = start('main; ldd /bin/main', lib, '--add', f'{tmp_path}/usr=/usr')
    assert '\tlibthree.so => /usr/lib/libthree.so (0x' in result.text, result


def test_loader_by_itself(good):
    assert good['/lib/ld-postern.so.1'] == (127, [
        'ld-postern: /lib/ld-postern.so.1: is no program: the kernel starts it to load one'])


# --- the C library --------------------------------------------------------------------------------
@pytest.mark.parametrize('number', range(len(LIBRARY)))
def test_library_line(good, number):
    status, lines = good['library']
    assert status == 0 and len(lines) == len(LIBRARY), lines
    assert lines[number] == LIBRARY[number]
