"""Regular expressions of the Perl kind."""

import pytest

from orderdesk.lib.twig import TwigError, render

MATCHES = [
    ("/^[A-Z]{2}\\d+$/", "AB12", True),
    ("/^a.c$/s", "a\nc", True),
    ("/^a.c$/", "a\nc", False),
    ("/B/i", "abc", True),
    ("~^(foo|bar)+$~", "foobarfoo", True),
    ("{^a{2,3}$}", "aa", True),
    ("/^.$/", "é", False),
    ("/^.$/u", "é", True),
    ("/^\\w+$/u", "école", True),
    ("/^\\w+$/", "école", False),
    ("/(a|b)\\1/", "abb", True),
    ("/(?<q>['\"]).*\\k<q>/", "'x'", True),
    ("/(?<=€)\\d+/u", "€5", True),
    ("/(?<!\\d)5/", "15", False),
    ("/foo(?=bar)/", "foobar", True),
    ("/foo(?!bar)/", "foobar", False),
    ("/a++b/", "aaab", True),
    ("/a++ab/", "aaab", False),
    ("/(?>a|ab)c/", "abc", False),
    ("/x # note\n y/x", "xy", True),
    ("/^b$/m", "a\nb", True),
    ("/b$/", "ab\n", True),
    ("/b$/D", "ab\n", False),
    ("/\\p{Lu}/u", "É", True),
    ("/^[[:alpha:]_-]+$/", "a-b_c", True),
    ("/\\bcat\\b/", "a cat.", True),
    ("/^(a+)+$/", "aaab", False),
    ("/a{,2}/", "a{,2}", True),
    ("/\\x41\\Q.*\\E/", "A.*", True),
    ("/^(?i)A(?-i)b$/", "ab", True),
    ("/(a*)*b/", "aab", True),
    ("/^\\s*$/", " \t", True),
    ("/[^a-c]/", "abc", False),
    ("//", "x", True),
]
BROKEN = [
    "",
    "abc",
    "/a",
    "/a/q",
    "/(/",
    "/)/",
    "/[a/",
    "/*/",
    "/a**/",
    "/a{3,2}/",
    "/[z-a]/",
    "/\\1/",
    "/(?<=a*)b/",
    "/(?P<n/",
    "/\\p{Nope}/",
    "/[[:nope:]]/",
    "/(?R)/",
    "/(*FAIL)/",
    "/a\\/",
    "/^*/",
    "/(ab?){60000}/",
    "{a",
    "/\\y/",
    "/" + "(" * 5000 + ")" * 5000 + "/",
]


@pytest.mark.parametrize(("pattern", "subject", "expected"), MATCHES)
def test_a_pattern_matches_as_perls_would(pattern, subject, expected):
    text = render("{{ s matches p ? 'T' : 'F' }}", {"p": pattern, "s": subject})

    assert text == ("T" if expected else "F")


@pytest.mark.parametrize("pattern", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_pattern_is_refused_with_a_reason(pattern):
    with pytest.raises(TwigError, match='passed to "matches" is'):
        render("{{ s matches p }}", {"p": pattern, "s": "abc"})
