"""test_sh.py - the shell's language: what scripts print and how they end.

CASES is a table: name, script, output (standard output and error in the order written), status.
All of them run in one boot, each in a shell of its own, from a file. The same table is put to the
host's dash as well, so that an expectation is not only our opinion; where the two differ on
purpose (the text of a message, what POSIX leaves open) the case is marked OURS.
What needs a fresh machine, standard input or a terminal is below the table, or in test_tty.py.
"""
import functools
import os
import re
import shutil
import subprocess
import tempfile

import pytest

import runner
from runner import run, sh

OURS = True

CASES = [
    # --- words and quotes
    ('words', "echo a  b\tc", 'a b c\n', 0),
    ('no newline at the end', 'echo end', 'end\n', 0),
    ('empty script', '', '', 0),
    ('only a comment', '# nothing\n\n   # here\n', '', 0),
    ('comment after a word', 'echo a # b\necho c#d', 'a\nc#d\n', 0),
    ('single quotes', "echo 'a  $x \"b\" \\'", 'a  $x "b" \\\n', 0),
    ('double quotes', 'x=1; echo "a  $x \'b\' \\$x \\" \\\\ \\q"', "a  1 'b' $x \" \\ \\q\n", 0),
    ('quotes join', 'echo a"b c"d\'e f\'\\ g', 'ab cde f g\n', 0),
    ('quotes over lines', 'echo "a\nb" \'c\nd\'', 'a\nb c\nd\n', 0),
    ('backslash', 'echo \\$x \\a \\\\ \\"', '$x a \\ "\n', 0),
    ('joined lines', 'echo a\\\nb \\\n c "d\\\ne"', 'ab c de\n', 0),
    ('empty words', "for w in '' \"\" a; do echo \"[$w]\"; done",
     '[]\n[]\n[a]\n', 0),
    ('reserved words elsewhere', 'echo if then { } ! do', 'if then { } ! do\n', 0),
    ('reserved word in quotes', '"if" 2>/dev/null; echo $?', '127\n', 0),
    # --- parameters
    ('variable', 'x=5; echo $x ${x} $xy. ${x}y "$x"', '5 5 . 5y 5\n', 0),
    ('splitting', 'x="  a   b "; echo $x; echo "$x"; for w in $x; do echo "[$w]"; done',
     'a b\n  a   b \n[a]\n[b]\n', 0),
    ('no splitting in assignments', 'x="a  b"; y=$x; echo "$y"', 'a  b\n', 0),
    ('unset is no word', 'for w in $nothing a "$nothing"; do echo "[$w]"; done', '[a]\n[]\n', 0),
    ('dollar alone', 'echo $ a$ "$" $%', '$ a$ $ $%\n', 0),
    ('arguments', 'sh -c \'echo $0 $1 "$2" ${10} $# $*\' n 1 "2  2" 3 4 5 6 7 8 9 ten',
     'n 1 2  2 ten 10 1 2 2 3 4 5 6 7 8 9 ten\n', 0),
    ('all arguments', 'sh -c \'for a in "$@"; do echo "[$a]"; done; for a; do echo "<$a>"; done\' '
     'n "a b" "" c', '[a b]\n[]\n[c]\n<a b>\n<>\n<c>\n', 0),
    ('arguments in one', 'sh -c \'for a in "$*" "<$@>"; do echo "[$a]"; done\' n a "b c"',
     '[a b c]\n[<a]\n[b c>]\n', 0),
    ('tildes in values', 'HOME=/h; x=~/a; y=~ z=~/a:~:b~:"c":~; echo $x $y $z; v=a=~ w="~" u=a~; '
     'echo $v $w $u ${n:-~/f} ${n-~} "${n:-~}" ${n:-"~"} ${n:-a~}; export q=~/e; echo $q a:~ ~x',
     '/h/a /h /h/a:/h:b~:c:/h\na=~ ~ a~ /h/f /h ~ ~ a~\n/h/e a:~ ~x\n', 0),
    ('no arguments in one', 'f() { echo $#; }; f "$*"; f "$@"; '
     'for a in "$*"; do echo "<$a>"; done; '
     'set -- ""; echo "${*:-x}" "${@:-y}" "[${*-x}]"; set -- a; echo ${*:-x}',
     '1\n0\n<>\nx y []\na\n', 0),
    ('no arguments', 'for a in "$@" $*; do echo "[$a]"; done; echo $# "$@"', '0\n', 0),
    ('shift', "sh -c 'shift; echo $1 $#; shift 2; echo $1 $#' n 1 2 3 4", '2 3\n4 1\n', 0),
    ('status', 'true; echo $?; false; echo $?; sh -c "exit 42"; echo $?', '0\n1\n42\n', 0),
    ('process number', 'x=$$; (echo $$) | cat >/dev/null; [ $x = $$ ] && [ $$ -gt 1 ]; echo $?',
     '0\n', 0),
    ('subshell has the same $$', '[ "$(echo $$)" = $$ ]; echo $?', '0\n', 0),
    # --- ${NAME...}
    ('default value', 'x=5 e=; echo ${x:-y} ${e:-y} "${e-y}" ${u-y} "${u:-a  b}" ${u:-"a  b"} '
     '${u:-a  b}', '5 y  y a  b a  b a b\n', 0),
    ('default value is expanded', 'y=7; echo ${u:-$y} ${u:-${v:-deep}} ${u:-$(echo a)} '
     '${u:-$((y+1))} '
     '"${u:-"in  quotes"}" "${u:-it\'s}" ${u:-\\}} "${u:-\\}}"',
     "7 deep a 8 in  quotes it's } }\n", 0),
    ('default is not computed in vain', 'x=1; echo ${x:-$(echo no >&2)}', '1\n', 0),
    ('assigned value', 'echo ${u=a} $u; e=; echo ${e=b}. ${e:=c} $e', 'a a\n. c c\n', 0),
    ('assignment to an argument', 'echo ${1:=a}; echo no', 'sh: $1: cannot be assigned\n', 2, OURS),
    ('alternative value', 'x=1 e=; echo [${x:+y}] [${e:+y}] [${e+y}] [${u+y}]; '
     'for i in ${1+"$@"} a; do echo "<$i>"; done', '[y] [] [y] []\n<a>\n', 0),
    ('all arguments, if any', 'sh -c \'for i in ${1+"$@"}; do echo "<$i>"; done\' n "a b" c',
     '<a b>\n<c>\n', 0),
    ('value that must be there', 'x=1; echo ${x?no} ${x:?no}; echo ${u?is gone}; echo no',
     '1 1\nsh: u: is gone\n', 2, OURS),
    ('value that must be there, no reason', 'e=; echo ${e?}.; echo ${e:?}',
     '.\nsh: e: parameter not set or empty\n', 2, OURS),
    ('length', 'x=abcd; echo ${#x} ${#u} ${#} ${#1} $#', '4 0 0 0 0\n', 0),
    ('prefixes', 'p=/a/b/c.tar.gz; echo ${p#*/} ${p##*/} ${p#x} ${p#/a} ${p##*} "${p#"/a"}"',
     'a/b/c.tar.gz c.tar.gz /a/b/c.tar.gz /b/c.tar.gz /b/c.tar.gz\n', 0),
    ('suffixes', 'p=/a/b/c.tar.gz; echo ${p%.*} ${p%%.*} ${p%x} ${p%.gz} ${p%/*} "${p%"*"}"',
     '/a/b/c.tar /a/b/c /a/b/c.tar.gz /a/b/c.tar /a/b /a/b/c.tar.gz\n', 0),
    ('quoted pattern', 'x="a*b"; y="*"; echo "${x%"$y"*}" "${x%$y*}" "${x#a\\*}"', 'a a*b b\n', 0),
    ('unset is an error', 'set -u; echo ${u-a}; echo $u; echo no',
     'a\nsh: u: parameter not set\n', 2, OURS),
    ('fields of a value', 'IFS=:; v=a::b:; for i in $v; do echo "($i)"; done; IFS=" :"; v=" a : '
     'b"; '
     'for i in $v; do echo "<$i>"; done; IFS=; v="c d"; for i in $v; do echo "[$i]"; done',
     '(a)\n()\n(b)\n<a>\n<b>\n[c d]\n', 0),
    ('read and IFS', 'echo root:x:0:a:b | { IFS=: read u p i rest; echo "$u $p $i $rest"; }; '
     'echo " a  b " | { read x; echo "[$x]"; }', 'root x 0 a:b\n[a  b]\n', 0),
    ('arguments joined by IFS', "sh -c 'IFS=,; echo \"$*\" \"$@\"' n a b", 'a,b a b\n', 0),
    # --- substitution, arithmetic, file names
    ('backquotes', 'echo `echo a` "`echo "b  c"`" `echo \\`echo deep\\`` `echo \'$x\'` `echo \\$x`',
     'a b  c deep $x\n', 0),
    ('command substitution', 'echo a$(echo b; echo c)d "$(echo "e  f")"', 'ab cd e  f\n', 0),
    ('newlines at the end go', "x=$(echo a; echo; echo); echo \"[$x]\"", '[a]\n', 0),
    ('nested substitution', 'echo $(echo $(echo ")" "$(echo deep)"))', ') deep\n', 0),
    ('status of a substitution', 'x=$(false); echo $?; x=$(true); echo $?; echo $(false) $?',
     '1\n0\n0\n', 0),
    ('substitution of a list', 'echo $(if true; then echo yes; fi; (echo sub))', 'yes sub\n', 0),
    ('arithmetic', 'x=7; echo $((1+2*3)) $(( (1+2) * 3 )) $((x/2)) $((-x%4)) $((x-1-1)) "$((x))"',
     '7 9 3 -3 5 7\n', 0),
    ('arithmetic in C\'s notation', 'x=" 7 "; y=0x1f; echo $((0x10)) $((010)) $((+3)) $((2--3)) '
     '$((x)) $((y+1))', '16 8 3 5 7 32\n', 0),
    ('counting', 'i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done', '1\n2\n3\n', 0),
    ('arithmetic with all of C', 'x=5; echo $((x == 5)) $((x != 5)) $((1<2)) $((2<=1)) $((3>2)) '
     '$((3>=4)) $((1<<4)) $((-16>>2)) $((6&3)) $((6|3)) $((6^3)) $((!x)) $((~x)) $((x>3 && x<9)) '
     '$((0||0)) $((x ? 7 : 8)) $((0 ? 1 : 0 ? 2 : 3)) $((1+2<<1 == 6 && 1)) $(( (x) ))',
     '1 0 1 0 1 0 16 -4 2 7 5 0 -6 1 0 7 3 1 5\n', 0),
    ('arithmetic that assigns', 'echo $((x = 3)) $((x += 4)) $((x <<= 1)) $((y = x -= 4)) $x $y '
     '$((x == 10 ? (z = 1) : (z = 2))) $z $((0 && (z = 9))) $((1 || 1/0)) $z $((x%=4)) $((x|=8))',
     '3 7 14 10 10 10 1 1 0 1 1 2 10\n', 0),
    ('counting in C', 'x=1; echo $((x++))', 'sh: arithmetic: a number is missing\n', 2, OURS),
    ('counting in C, before', 'x=1; echo $((++x))', 'sh: arithmetic: ++ and --: not supported\n', 2,
     OURS),
    ('division by zero', 'echo $((1/0)); echo no', 'sh: arithmetic: division by zero\n', 2, OURS),
    ('bad arithmetic', 'echo $((1+)); echo no', 'sh: arithmetic: a number is missing\n', 2, OURS),
    ('file names', 'cd /cases/names; echo *; echo a* "*" \\* ?; echo */*; echo /cases/n*s/b',
     'a ab b folder\na ab * * a b\nfolder/x\n/cases/names/b\n', 0),
    ('no file name', 'cd /cases/names; echo z* .*d', 'z* .*d\n', 0),
    ('home', 'HOME=/tmp; echo ~ ~/a a~ "~" \\~ x=~; cd ~; pwd',
     '/tmp /tmp/a a~ ~ ~ x=~\n/tmp\n', 0),
    ('hidden files', 'cd /cases/names; echo .h*', '.hidden\n', 0),
    ('pattern in a value', 'cd /cases/names; x="a*"; echo $x "$x"', 'a ab a*\n', 0),
    ('folders only', 'cd /cases/names; echo */', 'folder/\n', 0),
    # --- assignments and environment
    ('assignment for a command', 'A=1 sh -c \'echo $A\'; echo "[$A]"', '1\n[]\n', 0),
    ('assignment for a builtin', 'x=1; x=2 true; echo $x; HOME=/tmp cd; pwd; [ $HOME = /tmp ]; '
     'echo $?; y=3 :; echo $y', '1\n/tmp\n1\n3\n', 0),
    ('folder at the start', 'cd /tmp; sh -c \'echo $PWD; cd /; echo $PWD $OLDPWD\'',
     '/tmp\n/ /tmp\n', 0),
    ('export', 'A=1; sh -c \'echo "[$A]"\'; export A; sh -c \'echo $A\'; A=2; sh -c \'echo $A\'',
     '[]\n1\n2\n', 0),
    ('export and set', 'export A=1 B; B=2; sh -c \'echo $A $B\'', '1 2\n', 0),
    ('unset', 'A=1; export A; unset A; echo "[$A]"; sh -c \'echo "[$A]"\'', '[]\n[]\n', 0),
    ('export prints', "export Q=\"it's\"; export | while read -r l; do case_=$l; "
     "[ \"$l\" = \"export Q='it'\\\\''s'\" ] && echo found; done; true", 'found\n', 0, OURS),
    ('bad name', 'export 1a=2; echo $?', 'sh: export: 1a=2: not a name\n2\n', 0, OURS),
    ('path', 'p=$PATH; PATH=/nowhere; cat; x=$?; PATH=$p; echo $x', 'sh: cat: not found\n127\n', 0,
     OURS),
    # --- redirections
    ('out and in', 'cd /tmp; echo one >f; cat <f; echo two >>f; cat f; >f; cat f; wc -c <f',
     'one\none\ntwo\n0\n', 0),
    ('order of redirections', 'cd /tmp; ls /nonesuch >f1 2>&1; wc -l <f1; '
     'ls /nonesuch 2>&1 >f2 | wc -l; wc -l <f2', '1\n1\n0\n', 0),
    ('anywhere in a command', 'cd /tmp; >g echo a b; <g cat', 'a b\n', 0),
    ('descriptors', 'cd /tmp; exec 3>h; echo three >&3; echo four 1>&3; exec 3>&-; cat h; '
     'exec 4<h; read x <&4; read y <&4; echo $y$x', 'three\nfour\nfourthree\n', 0),
    ('error output', 'echo out; echo err >&2; { echo a; echo b >&2; } 2>/dev/null',
     'out\nerr\na\n', 0),
    ('closed input', 'cat <&- 2>/dev/null; echo $?', '1\n', 0),
    ('redirected group', 'cd /tmp; { echo a; echo b; } >k; (echo c; echo d) >>k; '
     'while read x; do echo "<$x>"; done <k', '<a>\n<b>\n<c>\n<d>\n', 0),
    ('no such file', 'cat </nonesuch; echo $?; true </nonesuch; echo $?',
     'sh: cannot open /nonesuch: No such file or directory\n1\n'
     'sh: cannot open /nonesuch: No such file or directory\n1\n', 0, OURS),
    ('bad descriptor', 'echo a >&7; echo $?', 'sh: 7: not an open descriptor\n1\n', 0, OURS),
    ('output that cannot be written', 'cd /; pwd >&- 2>/dev/null; echo $?; pwd; '
     'umask >&- 2>/dev/null || pwd', '1\n/\n/\n', 0),
    ('digit that is a word', 'cd /tmp; echo a 2 >m; echo b2>>m; cat m', 'a 2\nb2\n', 0),
    ('here-document', 'x="a  b"; cat <<E; echo end\n$x "$x" \\$x `echo c` $(echo d) $((1+1)) '
     '\\"\\\\q'
     ' \\\njoined\n  E\nE\n',
     'a  b "a  b" $x c d 2 \\"\\q joined\n  E\nend\n', 0),
    ('quoted here-document', "cat <<'E' | cat; cat <<\\F\n$x \\\\ `a`\nE\n$y\nF\necho end",
     '$x \\\\ `a`\n$y\nend\n', 0),
    ('several here-documents', 'cat <<A - <<B; cat <<-C\na\nA\nb\nB\n\t\ttabs\n\tC\necho end',
     'b\ntabs\nend\n', 0),
    ('here-documents in commands', 'f() {\ncat <<E\n<$1>\nE\n}\nf 1; f 2; for i in a b; do cat '
     '<<E\n'
     '$i\nE\ndone; while read l; do echo "[$l]"; done <<E\none\ntwo\nE\nx=$(cat <<E\nin $i\nE\n); '
     'echo $x; if true; then cat <<E; fi\nyes\nE\n',
     '<1>\n<2>\na\nb\n[one]\n[two]\nin b\nyes\n', 0),
    ('long here-document', 'x=0123456789; for i in 1 2 3 4; do x=$x$x$x$x$x$x$x$x$x$x; done; '
     'cat <<E | wc -c\n$x\nE\n', '100001\n', 0),
    ('empty here-document', 'cat <<E; cat 3<<E <&3\nE\nthree\nE', 'three\n', 0),
    ('here-document without end', 'cat <<E\na\n',
     'sh: line 2: syntax error: the file ends inside of <<E\n', 2, OURS),
    # --- pipelines and lists
    ('pipe', 'echo a | cat | cat', 'a\n', 0),
    ('status of a pipeline', 'true | false; echo $?; false | true; echo $?', '1\n0\n', 0),
    ('pipe over lines', 'echo a |\n\n cat', 'a\n', 0),
    ('pipe to read', 'echo a b c | { read x y; echo "$y"; }', 'b c\n', 0),
    ('long pipe', 'echo x | cat | cat | cat | cat | cat | cat | cat | cat | wc -c', '2\n', 0),
    ('reader goes away', 'while echo y; do :; done 2>/dev/null | read x; echo done', 'done\n', 0),
    ('and or', 'true && echo a || echo b; false && echo c || echo d; false || false; echo $?',
     'a\nd\n1\n', 0),
    ('and or over lines', 'true &&\n\n echo a ||\n echo b', 'a\n', 0),
    ('not', '! true; echo $?; ! false; echo $?; ! false | false; echo $?', '1\n0\n0\n', 0),
    ('lists', 'echo a; echo b\necho c;', 'a\nb\nc\n', 0),
    ('background', 'sh -c "exit 3" & wait $!; echo $?; true & wait; echo $?', '3\n0\n', 0),
    ('background is killed', 'sleep 100 & kill $!; wait $!; echo $?', 'Terminated\n143\n', 0),
    ('two in the background', 'sh -c "exit 4" & a=$!; sh -c "exit 5" & wait $a; echo $?; '
     'wait $!; echo $?', '4\n5\n', 0),
    ('wait for a stranger', 'wait 99999; echo $?', '127\n', 0),
    ('input of the background', 'cat & wait; echo end', 'end\n', 0),
    # --- compound commands
    ('subshell', 'x=1; cd /; (x=2; cd /tmp; exit 7); echo $? $x; pwd', '7 1\n/\n', 0),
    ('group', '{ x=2; echo a; }; echo $x', 'a\n2\n', 0),
    ('if', 'if true; then echo a; fi; if false; then echo b; else echo c; fi; '
     'if false; then echo d; elif true; then echo e; else echo f; fi; '
     'if false; then :; fi; echo $?',
     'a\nc\ne\n0\n', 0),
    ('if over lines', 'if\n false\nthen\n echo a\nelse\n\n echo b\nfi', 'b\n', 0),
    ('while and until',
     'while false; do echo a; done; echo $?; until true; do echo b; done; echo $?',
     '0\n0\n', 0),
    ('for', 'for i in a "b c" $(echo d e); do echo "<$i>"; done; '
     'for i in; do echo no; done; echo $?',
     '<a>\n<b c>\n<d>\n<e>\n0\n', 0),
    ('break and continue', 'for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; '
     'echo $i; done; for i in 1 2; do for j in 1 2; do echo $i$j; continue 2; done; done; '
     'while true; do while true; do break 2; done; echo no; done; echo $?', '1\n3\n11\n21\n0\n', 0),
    ('status of a loop', 'for i in 1 2; do false; done; echo $?', '1\n', 0),
    ('case', 'for x in abc "a b" "*" 7 -v z; do case $x in a?c|q) echo 1;; "a b") echo 2;; '
     '\\*) echo 3;; ([0-9]) echo 4;; -*) echo 5;; *) echo else; esac; done; '
     'case x in y) ;; esac; echo $?; case "" in "") echo empty;; esac',
     '1\n2\n3\n4\n5\nelse\n0\nempty\n', 0),
    ('case over lines', 'case a in\n\n  a)\n   echo a\n   ;;\n\n  b)\n   ;;\nesac', 'a\n', 0),
    ('brackets', 'cd /cases/names; echo [ab] [!a] [b-z]* "[ab]" \\[ab] [ab [z]; '
     'case é- in é[x-]) echo yes;; esac; case 5x in [[:digit:]][[:alpha:]]) echo class;; esac',
     'a b b b folder [ab] [ab] [ab [z]\nyes\nclass\n', 0),
    ('function', 'f() { echo "$1 $#"; return 3; echo no; }; f "a b" c; echo $? $#; '
     'g() (exit 5)\n\ng; echo $?; h()\n{\n echo $x; }; x=1; h', 'a b 2\n3 0\n5\n1\n', 0),
    ('function that calls itself', 'f() { [ $1 -eq 0 ] || { echo $1; f $(($1-1)); }; }; f 3',
     '3\n2\n1\n', 0),
    ('function in a pipe', 'f() { cat; echo end; }; echo a | f | cat; x=$(f </dev/null); echo $x',
     'a\nend\nend\n', 0),
    ('function and loops', 'f() { for i in 1 2 3; do [ $i = 2 ] && return; echo $i; done; }; '
     'for j in a b; do f; echo $j; done', '1\na\n1\nb\n', 0),
    ('function is defined anew', 'f() { echo a; f() { echo b; }; }; f; f; unset -f f; f '
     '2>/dev/null; '
     'echo $?', 'a\nb\n127\n', 0),
    ('function instead of a program', 'cat() { echo mine; }; cat; command cat </dev/null; '
     'echo $?', 'mine\n0\n', 0),
    ('return of a file', 'echo "echo a; return 4; echo b" >/tmp/ret; . /tmp/ret; echo $?',
     'a\n4\n', 0),
    # --- set -e
    ('errors end a script', 'set -e; echo a; false; echo no', 'a\n', 1),
    ('errors end a script: forms', "sh -e -c 'sh -c \"exit 4\"; echo no'; echo $?; "
     "sh -ec 'x=$(exit 5); echo no'; echo $?; sh -e -c -- '(exit 6); echo no'; echo $?; "
     "sh -c -e 'true | false; echo no'; echo $?; sh -ec 'f() { false; echo no; }; f'; echo $?; "
     "sh -ec '{ false; echo no; }'; echo $?; sh -ec 'if true; then false; fi; echo no'; echo $?; "
     "sh -ec 'for i in 1; do false; done; echo no'; echo $?; "
     "sh -ec 'ls /nonesuch 2>/dev/null; echo no' >/dev/null || echo $?",
     '4\n5\n6\n1\n1\n1\n1\n1\n1\n', 0, OURS),
    ('errors that are asked for', 'set -e; if false; then :; fi; while false; do :; done; '
     'until true; do :; done; false || echo a; false && echo no; ! true; ! false; '
     '{ false; } || echo b; f() { false; echo c; }; f || echo no; if f; then echo d; fi; '
     'false | true; true && (false; echo e) || echo no; case x in x) false || :; esac; echo end',
     'a\nb\nc\nc\nd\ne\nend\n', 0),
    ('the last of a chain counts', 'set -e; true && false; echo no', '', 1),
    ('errors count no more', 'set -e; set +e; false; echo a; set -e; echo $-; false; echo no',
     'a\ne\n', 1),
    ('trace', 'set -x; x=1; echo a $x', '+ x=1\n+ echo a 1\na 1\n', 0),
    ('switches together', "sh -eu -c 'echo $-; false; echo no'; echo $?", 'eu\n1\n', 0, OURS),
    # --- builtins
    ('command and type', 'f() { :; }; for c in sh cd f if; do command -v $c; done; '
     'command -v nonesuch; echo $?; type f if cd export; command -V if',
     '/bin/sh\ncd\nf\nif\n127\nf is a shell function\nif is a shell keyword\ncd is a shell '
     'builtin\n'
     'export is a special shell builtin\nif is a shell keyword\n', 0, OURS),
    ('type of what is not there', 'type nonesuch trap; echo $?; command nonesuch; echo $?',
     'sh: nonesuch: not found\nsh: trap: not found\n127\nsh: nonesuch: not found\n127\n', 0, OURS),
    ('end of options', 'cd -- /tmp; pwd; cd -P /; pwd; export -- a=1; unset -v -- b; '
     'unset -- a; echo ${a-gone}; echo x | { read -r -- y; echo $y; }; sh - -c 2>/dev/null; echo '
     '$?; '
     'sh -- /nonesuch 2>/dev/null; echo $?', '/tmp\n/\ngone\nx\n127\n127\n', 0, OURS),
    ('command', 'command echo a; command -- echo b; command true; command cd /tmp; pwd; command; '
     'command exit 4; echo no', 'a\nb\n/tmp\n', 4),
    ('command makes a builtin ordinary', 'x=1 command :; echo "[$x]"; x=1 :; echo "[$x]"',
     '[]\n[1]\n', 0),
    ('eval', "x='echo a; y=5'; eval $x; echo $y; eval 'f() { echo \"<$1>\"; }'; f b; eval; echo "
     "$?; "
     "eval false; echo $?", 'a\n5\n<b>\n0\n1\n', 0),
    ('set the arguments', 'set -- a "b c"; echo $# "$2"; set -- "$@" d; echo $#; shift; echo "$1"; '
     'set x y; echo $1; f() { set -- z; echo $1; }; f; echo $1; set --; echo $#',
     '2 b c\n3\nb c\nx\nz\nx\n0\n', 0),
    ('more redirections', 'cd /tmp; echo a >n1; echo b >|n1; cat n1; exec 5<>n1; read x <&5; '
     'echo c >&5; cat n1; echo $x', 'b\nb\nc\nb\n', 0),
    ('colon', ': a b $(echo c); echo $?', '0\n', 0),
    ('exit', 'exit 9; echo no', '', 9),
    ('exit without a number', 'false; exit', '', 1),
    ('exit keeps a byte', 'sh -c "exit 300"; echo $?', '44\n', 0),
    ('last status', 'true; sh -c "exit 6"', '', 6),
    ('exec', 'exec echo gone; echo no', 'gone\n', 0),
    ('exec of nothing', 'exec nonesuch; echo no', 'sh: nonesuch: not found\n', 127, OURS),
    ('cd', 'cd /bin; pwd; cd ..; pwd; cd -; HOME=/tmp; cd; pwd', '/bin\n/\n/bin\n/tmp\n', 0),
    ('cd nowhere', 'cd /nonesuch; echo $?', 'sh: cd: /nonesuch: No such file or directory\n1\n', 0,
     OURS),
    ('read', 'echo "  a  b  c  " >/tmp/r; read x y </tmp/r; echo "[$x][$y]"; read z </dev/null; '
     'echo $?', '[a][b  c]\n1\n', 0),
    ('read and backslashes', "printf '%s\\n' 'a\\ b c\\' 'd\\\\e' >/tmp/rb; read x y </tmp/rb; "
     "printf '[%s]' \"$x\" \"$y\"; read -r x y </tmp/rb; printf '[%s]' \"$x\" \"$y\"; "
     "echo 'a b\\ ' | { read x; printf '[%s]\\n' \"$x\"; }",
     '[a b][cd\\e][a\\][b c\\][a b ]\n', 0),
    ('read takes one line', 'cd /tmp; echo a >r2; echo b >>r2; { read x; cat; echo $x; } <r2',
     'b\na\n', 0),
    ('umask', 'umask 027; umask; >/tmp/u; umask 022; [ -r /tmp/u ]; echo $?', '0027\n0\n', 0),
    ('dot', 'echo "x=1; echo dot" >/tmp/d; . /tmp/d; echo $x; . /dev/null; echo $?',
     'dot\n1\n0\n', 0),
    ('test of texts', '[ a = a ]; echo $?; [ a = b ]; echo $?; [ a != b ]; echo $?; [ -n "" ]; '
     'echo $?; [ -z "" ]; echo $?; [ "" ]; echo $?; [ x ]; echo $?; test; echo $?',
     '0\n1\n0\n1\n0\n1\n0\n1\n', 0),
    ('test of numbers', '[ 10 -gt 9 ] && [ 9 -lt 10 ] && [ 3 -eq 03 ] && [ 1 -ne 2 ] && '
     '[ -1 -le -1 ] && [ 2 -ge 1 ]; echo $?', '0\n', 0),
    ('test of files', '[ -d /tmp ] && [ -f /bin/sh ] && [ -e /dev/null ] && [ -x /bin/sh ] && '
     '[ ! -e /nonesuch ] && [ ! -f /tmp ]; echo $?', '0\n', 0),
    ('test of operators as texts', '[ = = = ]; echo $?; [ ! = ! ]; echo $?; [ -f = -f ]; echo $?; '
     '[ "!" ]; echo $?; [ ! "" ]; echo $?', '0\n0\n0\n0\n0\n', 0),
    ('bad test', '[ 1 -eq x ] 2>/dev/null; echo $?; [ a 2>/dev/null; echo $?', '2\n2\n', 0),
    # --- running programs
    ('not found', 'nonesuch; echo $?; /nonesuch; echo $?; ""; echo $?',
     'sh: nonesuch: not found\n127\nsh: /nonesuch: not found\n127\nsh: : not found\n127\n',
     0, OURS),
    ('not executable', '/cases/names/a; echo $?; /tmp; echo $?',
     'sh: /cases/names/a: Permission denied\n126\nsh: /tmp: Permission denied\n126\n', 0, OURS),
    ('script without #!', '/cases/plain 1 2; echo $?', 'plain 1 2\n3\n', 0),
    ('script with #!', '/cases/bang 1', 'bang 1\n', 0),
    ('neither script nor program', '/cases/binary; echo $?',
     'sh: /cases/binary: not a script, and no program that can run here\n126\n', 0, OURS),
    ('killed', "sh -c 'kill -9 $$'; echo $?; sh -c 'kill -SEGV $$'; echo $?",
     'Killed\n137\nSegmentation fault\n139\n', 0),
    ('each death in words', "for s in HUP ILL TRAP ABRT BUS FPE USR1 ALRM TERM XCPU SYS; do "
     "sh -c \"kill -$s \\$\\$; :\"; done",
     'Hangup\nIllegal instruction\nTrace/breakpoint trap\nAborted\nBus error\n'
     'Floating point exception\nUser defined signal 1\nAlarm clock\nTerminated\n'
     'CPU time limit exceeded\nBad system call\n', 159),
    ('deaths that are no news', "sh -c 'kill -PIPE $$; :'; echo $?; sh -c 'kill -INT $$; :'; echo "
     "$?",
     '141\n130\n', 0),
    ('death in a pipeline', "sh -c 'kill -BUS $$; :' | cat; echo $?; x=$(sh -c 'kill -FPE $$'); "
     "echo $?", 'Bus error\n0\nFloating point exception\n136\n', 0),
    ('death of the last command', "sh -c \"sh -c 'kill -SEGV \\$\\$'\" | cat", 'Segmentation '
     'fault\n', 0),
    ('killed itself', 'kill -TERM $$; echo no', '', 143),
    # --- what is not here is told by its name
    *[('not here: ' + name, text + '\necho no', 'sh: %s: not supported\n' % name, 2, OURS)
      for name, text in (
          ('${x/y/z}', 'echo ${x/y/z}'), ('${x:1:2}', 'echo "${x:1:2}"'), ('${!x}', 'echo ${!x}'),
          ('${x^^}', 'echo a${x^^}'), ('${x[0]}', ': ${x[0]}'), ('${#@}', 'echo ${#@}'),
          ("$'...'", "echo $'a'"), ('<<<', 'cat <<<a'), ('[[', '[[ a = b ]]'), ('function',
     'function f { :; }'),
          ('select', 'select x in a; do :; done'), ('trap', "trap 'echo x' EXIT"),
          ('local', 'f() { local x; }; f'), ('alias', 'alias a=b'), ('option -o', 'set -o '
     'pipefail'),
          ('getopts', 'getopts ab x'), ('ulimit', 'ulimit -n'), ('readonly', 'readonly x'))],
    # --- errors
    ('dot of nothing', '. /nonesuch; echo no', 'sh: .: /nonesuch: No such file or directory\n', 2,
     OURS),
    ('error stops a script', 'echo a\nfi\necho b',
     'a\nsh: line 2: syntax error: unexpected fi\n', 2,
     OURS),
    ('quote without end', "echo a\necho 'b", 'a\nsh: line 2: syntax error: the file ends inside of '
     'quotes\n', 2, OURS),
    ('substitution without end', 'echo a $(echo b',
     'sh: line 1: syntax error: unexpected end of file\n', 2, OURS),
    ('if without end', 'if true; then echo a',
     'sh: line 1: syntax error: unexpected end of file\n', 2,
     OURS),
    ('nothing to pipe', 'echo a | | cat', 'sh: line 1: syntax error: unexpected |\n', 2, OURS),
    ('line of an error', '\n\n# c\n\necho "a\nb"; )', 'sh: line 6: syntax error: unexpected )\n', 2,
     OURS),
    ('too deep', '(' * 5000, 'sh: line 1: syntax error: nested too deeply\n', 2, OURS),
    ('too deep by files', 'echo ". /tmp/self" >/tmp/self; . /tmp/self',
     'sh: commands are nested too deeply\n', 2, OURS),
    ('long line', 'x=' + 'a' * 100000 + '; [ ${x} = $x ]; echo $?', '0\n', 0),
    ('many words', 'for i in ' + 'w ' * 5000 + '; do n=$((n+1)); done; echo $n', '5000\n', 0),
    ('many rounds', 'i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; echo $i', '5000\n', 0),
]

FILES = {'names/a': '', 'names/b': '', 'names/ab': '', 'names/.hidden': '', 'names/folder/x': '',
         'plain': 'echo plain $*; exit 3\n', 'bang': '#!/bin/sh\necho bang $1\n',
         'binary': '\x7fELF\0\1\2'}
EXECUTABLE = {'plain', 'bang', 'binary'}
END = '@end'


def write_cases(folder, sh='/bin/sh'):
    """The scripts, the files that they look at, and a driver that runs all of them."""
    files = dict(FILES, **{'%d.sh' % i: case[1] for i, case in enumerate(CASES)})
    # What the driver says of a killed case is not the case's output.
    files['driver'] = 'exec 2>/dev/null\n' + ''.join('sh /cases/%d.sh </dev/null 2>&1; s=$?; '
    'echo; echo %s %d $s\n' %
                              (i, END, i) for i in range(len(CASES)))
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='latin-1') as file:
            file.write(content.replace('/bin/sh', sh) if name == 'bang' else content)
        os.chmod(path, 0o755 if name in EXECUTABLE else 0o644)


@functools.lru_cache(1)
def outcomes():
    """{number of a case: (output, status)}, of one boot."""
    with tempfile.TemporaryDirectory() as folder:
        write_cases(folder)
        result = run(['--add', folder + '=/cases', '--', 'sh', '/cases/driver'])
    found, at = {}, 0
    for mark in re.finditer(r'\n%s (\d+) (\d+)\n' % END, result.text):
        found[int(mark[1])] = (result.text[at:mark.start()], int(mark[2]))
        at = mark.end()
    assert found, 'no case came to its end\n%s' % result
    return found


@pytest.mark.parametrize('number', range(len(CASES)), ids=[case[0] for case in CASES])
def test_case(number):
    name, script, output, status = CASES[number][:4]
    assert number in outcomes(), 'the machine stopped before or in this case: %s' % script[:500]
    seen = outcomes()[number]
    assert seen == (output, status), 'script:\n%s\nexpected %r\nseen %r' % (
        script[:500], (output, status), seen)


def test_cases_as_dash_sees_them(tmp_path):
    """The table itself: dash agrees with each case that is not marked OURS."""
    dash = shutil.which('dash')
    assert dash, 'Debian and Ubuntu have dash: apt-get install dash'
    write_cases(str(tmp_path), sh=str(tmp_path / 'path' / 'sh'))
    path = tmp_path / 'path'
    path.mkdir()
    (path / 'sh').symlink_to(dash)
    moved = {'/cases': str(tmp_path), '/tmp': str(path)}
    differ = []
    for name, script, output, status, *ours in CASES:
        if ours:
            continue
        script, output = (re.sub('/cases|/tmp', lambda m: moved[m[0]], text)
                          for text in (script, output))
        done = subprocess.run(['sh', '-c', script], executable=dash, cwd='/', text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False,
                              preexec_fn=runner.hear_signals,
                              env={'PATH': '%s:/bin:/usr/bin' % path, 'HOME': '/root'})
        code = done.returncode if done.returncode >= 0 else 128 - done.returncode
        if (done.stdout, code) != (output, status):
            differ.append('%s: dash %.200r, table %.200r' % (name, (done.stdout, code),
                                                             (output, status)))
    assert not differ, '\n'.join(differ)


# --- how the shell is called ---------------------------------------------------------------------

def test_script_on_standard_input():
    """A command that reads takes the lines behind its own, and no other byte is lost."""
    result = run(['--', 'sh'], b'read x\nfirst line\necho "<$x>"\ncat\nthe rest\nof it\n')
    assert (result.text, result.status) == ('<first line>\nthe rest\nof it\n', 0)


def test_status_at_the_end_of_input():
    assert run([], b'true\nsh -c "exit 9"\n').status == 9
    assert run([], b'').status == 0


def test_error_on_standard_input_stops():
    result = run([], b'echo a\n)\necho b\n')
    assert (result.text, result.status) == (
        'a\nsh: line 2: syntax error: unexpected )\n', 2), 'the shell went on, or said nothing'


def test_no_prompt_no_echo_without_terminal():
    assert run([], b'echo only this\n').out == b'only this\n'


def test_zero_bytes_are_dropped():
    assert run([], b'ec\0ho a\0b\n').out == b'ab\n'


@pytest.mark.parametrize('options', [['-c'], ['-c', '--'], ['-e', '-c', '--'], ['-ec'], ['-c',
'-e']],
                         ids=' '.join)
def test_name_and_arguments_of_a_string(options):
    """POSIX: -- ends the options. system(3) of glibc 2.38 and later passes it."""
    result = run(['--', 'sh', *options, 'echo "$0|$1|$2|$#"', 'name', 'a b', ''])
    assert result.text == 'name|a b||2\n', result


def test_name_and_arguments_of_a_file(tmp_path):
    (tmp_path / 's').write_text('echo "$0|$1|$#"; exit 4\n')
    result = run(['--add', '%s=/s' % (tmp_path / 's'), '--', 'sh', '/s', 'one'])
    assert (result.text, result.status) == ('/s|one|1\n', 4)


@pytest.mark.parametrize('words, status', [(['/nonesuch'], 127), (['/tmp'], 126), (['-z'], 2),
                                           (['-c'], 2), (['-c', '--'], 2)])
def test_refuses(words, status):
    result = run(['--', 'sh', *words])
    assert result.status == status and result.text.count('\n') in (1, 2), str(result)


def test_memory_of_a_loop_is_given_back():
    """Half a million bytes of words in each of 150 rounds fit into 32M only when they are freed."""
    result = sh('x=0123456789012345678901234567890123456789012345678901234567890123; '
                'for i in 1 2 3 4; do x=$x$x$x$x$x; done; i=0; '
                'while [ $i -lt 150 ]; do i=$((i+1)); y=$x$x; : $y $y; done; echo $i',
                '--mem', '32M')
    assert (result.text, result.status) == ('150\n', 0), str(result)
