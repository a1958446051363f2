"""Random templates over an order: most are Twig, and most of those mean something."""

CONTEXT = {
    "order": {
        "id": 4811,
        "name": "Zoë <b>",
        "email": "ada@example.com",
        "total": "24.50",
        "tax": 1.5,
        "qty": 3,
        "shipping": {"city": "Køln", "zip": "03540", "company": ""},
        "order_items": [
            {"code": "TEA", "price": "8.00", "quantity": 2, "w": 0.5, "meta": {"upc": "123"}},
            {"code": "MUG", "price": 4.25, "quantity": 1, "w": None, "meta": {}},
        ],
        "tags": ["new", "hot"],
        "date": "2024-03-05 14:07:09",
        "note": "l1\nl2",
        "flag": True,
        "off": False,
        "nul": None,
        "empty": "",
        "zero": "0",
        "list": [3, 1, 2],
        "map": {"b": 2, "a": 1, "10": "x"},
    },
    "n": -7,
    "f": 2.675,
    "s": "Hello World",
    "k": "code",
    "big": 1234567.891,
    "d2": "2024-01-31",
}
TEMPLATES = {
    "p": "[{{ x }}{{ n }}]",
    "lp": "{{ loop.index }}{{ v }}",
    "base": "<{% block a %}A{{ n }}{% endblock %}|{% block b %}B{% endblock %}>",
}
MACRO = "{% macro m1(a, b = 'd') %}({{ a }}-{{ b }}{{ varargs|length }}{{ n }}){% endmacro %}"

PATHS = [
    "order.id",
    "order.name",
    "order.email",
    "order.total",
    "order.tax",
    "order.qty",
    "order.shipping.city",
    "order.shipping.zip",
    "order.shipping.company",
    "order.order_items",
    "order.order_items[0].price",
    "order.order_items[1].w",
    "order.order_items.0.code",
    "order['tags']",
    "order.tags[1]",
    "order.date",
    "order.note",
    "order.flag",
    "order.off",
    "order.nul",
    "order.empty",
    "order.zero",
    "order.list",
    "order.map",
    "order.map.b",
    "order.map['10']",
    "order.nope",
    "order.nope.deep",
    "n",
    "f",
    "s",
    "k",
    "big",
    "missing",
    "d2",
    "order.shipping",
    "order.order_items[0]",
    "order.order_items[0][k]",
    "order.map[10]",
    "t",
    "acc",
]
LOOP = [
    "loop.index",
    "loop.index0",
    "loop.first",
    "loop.last",
    "loop.length",
    "loop.revindex",
    "loop.parent.n",
    "v",
    "kk",
]
LITERALS = [
    "1",
    "0",
    "2.5",
    "-3",
    "10",
    "0.1",
    "1000",
    '"x"',
    "'a b'",
    "''",
    "'0'",
    "'5'",
    "'1.5'",
    "'abc'",
    "'12abc'",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "[1,2,3]",
    "['b','a']",
    "{a: 1, b: 'two'}",
    "{'x y': 3, 5: 'five'}",
    "'<b>&\"'",
    "'e1'",
    '"q#{n}z"',
    "'1e1'",
    "' 7 '",
    "[3,'1',2.5]",
    "{c: 3, a: null, b: false}",
]
OPERATORS = [
    "+",
    "-",
    "*",
    "~",
    "~",
    "~",
    "/",
    "%",
    "//",
    "==",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "<=>",
    "and",
    "or",
    "in",
    "b-and",
    "b-or",
    "b-xor",
    "?:",
    "not in",
    "starts with",
    "ends with",
]
TESTS = [
    "defined",
    "null",
    "empty",
    "even",
    "odd",
    "iterable",
    "same as(1)",
    "divisible by(3)",
    "none",
    "same as('a')",
    "divisible by 2",
]
CALLS = [
    "max({e}, {e})",
    "min(order.list)",
    "range(1, 3)",
    "range('a', 'f')",
    "cycle(order.tags, 3)",
    "date(order.date)|date('Y-m-d')",
    "attribute(order, k)",
    "include('p', {{x: {e}}})",
    "_self.m1({e}, {e})",
    "(1..4)|join",
    "({p} ?? {e})",
    "(3..1)|json_encode",
]
FILTERS = [
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "length",
    "first",
    "last",
    "reverse",
    "keys",
    "abs",
    "round",
    "json_encode",
    "e",
    "escape",
    "e('js')",
    "e('css')",
    "e('url')",
    "raw",
    "nl2br",
    "e('html_attr')",
    "striptags",
    "url_encode",
    "join",
    "join(', ')",
    "join(', ', ' and ')",
    "number_format",
    "number_format(2)",
    "number_format(1, ',', '.')",
    "round(1)",
    "sort",
    "default",
    "round(1, 'floor')",
    "round(-1, 'ceil')",
    "spaceless",
    "slice(1, 2)",
    "slice(-2)",
    "slice(0, -1)",
    "split(',')",
    "split('')",
    "split(' ', 2)",
    "batch(2)",
    "batch(2, 'x')",
    "column('code')",
    "merge([9])",
    "merge({{z: 9}})",
    "replace({{'a': 'A', 'l': 'L'}})",
    "date('Y-m-d H:i')",
    "date_modify('+1 month')|date('Y-m-d')",
    "format(1, 'a')",
    "trim('0')",
    "trim('a..f', 'left')",
    "json_encode(128)",
    "default({e})",
    "map(v => {v})",
    "filter(v => {v})",
    "filter((v, i) => {v})",
    "map((v, i) => {v})",
    "reduce((c, v) => {v}, 0)",
    "sort((a, b) => b <=> a)",
]
WRAPPERS = [
    "{{% with {{w: {e}}} %}}{body}{{% endwith %}}",
    "{{% apply upper %}}{body}{{% endapply %}}",
    "{{% apply lower|title %}}{body}{{% endapply %}}",
    "{{% autoescape 'js' %}}{body}{{% endautoescape %}}",
    "{{% autoescape false %}}{body}{{% endautoescape %}}",
    "{{% embed 'base' %}}{{% block a %}}{body}{{% endblock %}}{{% endembed %}}",
    "{{% if {e} %}}{body}{{% endif %}}",
    "{{% if {e} %}}{body}{{% elseif {e} %}}{body}{{% else %}}{body}{{% endif %}}",
    "{{% set t %}}{body}{{% endset %}}",
]
SIMPLE = [
    "{{% set t = {e} %}}",
    "{{% set acc = acc ~ ({e}) %}}",
    "{{% set t, acc = 1, {e} %}}",
    "{{% include 'p' %}}",
    "{{% include 'p' with {{x: {e}}} %}}",
    "{{% include ['no', 'p'] only %}}",
    "{{% include 'no' ignore missing %}}",
    "{{% include 'lp' %}}",
    "{{{{ _self.m1({e}, {e}) }}}}",
    "{{% verbatim %}} {{{{ x }}}} {{% endverbatim %}}",
    "text",
    " a ",
    "\n",
    "  \n  x",
    "<p>",
    "{{# c #}}",
    "{{#- c -#}}",
    "\n{{# c #}}\n",
    " {{#~ c ~#}} ",
]


class Generator:
    """Writes one template."""

    def __init__(self, chance):
        self.chance = chance
        self.loops = 0
        self.arrow = []

    def pick(self, *choices):
        return self.chance.choice(choices)

    def path(self):
        return self.pick(*PATHS, *self.arrow * 6, *(LOOP if self.loops else []))

    def value(self, depth=3):  # noqa: PLR0911 - one line for each kind
        kind = self.chance.random()
        if depth <= 0 or kind < 0.18:
            return self.pick(*LITERALS)
        if kind < 0.42:
            return self.path()
        if kind < 0.55:
            both = self.value(depth - 1), self.value(depth - 1)
            return self.pick("{} {} {}", "({} {} {})").format(
                both[0], self.pick(*OPERATORS), both[1]
            )
        if kind < 0.62:
            return f"({self.value(depth - 1)} ? {self.value(depth - 1)} : {self.value(depth - 1)})"
        if kind < 0.66:
            return self.pick("not ", "-", "+") + self.pick("({})", "{}").format(
                self.value(depth - 1)
            )
        if kind < 0.72:
            return f"({self.path()} is {self.pick('', 'not ')}{self.pick(*TESTS)})"
        if kind < 0.77:
            return self.filled(self.pick(*CALLS), depth - 1)
        return self.filtered(depth)

    def filtered(self, depth):
        text = self.pick(self.path(), f"({self.value(depth - 1)})", self.pick(*LITERALS))
        for _ in range(self.pick(1, 1, 1, 2, 2, 3)):
            text += "|" + self.filled(self.pick(*FILTERS), depth - 1)
        return text

    def filled(self, form, depth):
        """A form with its places filled: {e} any value, {p} a path, {v} what an arrow sees."""
        while "{e}" in form:
            form = form.replace("{e}", self.value(depth).replace("{", "{{").replace("}", "}}"), 1)
        outer, self.arrow = self.arrow, [*self.arrow, "v"]
        seen = self.value(min(depth, 1)) if "{v}" in form else ""
        self.arrow = outer
        return form.format(p=self.path(), v=seen)

    def statement(self, depth=2):
        kind = self.chance.random()
        if kind < 0.42 or depth <= 0:
            return self.trimmed("{{ " + self.value() + " }}")
        if kind < 0.58:
            return self.trimmed(self.filled(self.pick(*SIMPLE), 2))
        if kind < 0.72:
            return self.trimmed(self.loop(depth))
        form = self.pick(*WRAPPERS)
        while "{body}" in form:
            body = "".join(self.statement(depth - 1) for _ in range(self.pick(1, 2)))
            form = form.replace("{body}", body.replace("{", "{{").replace("}", "}}"), 1)
        return self.trimmed(self.filled(form, 1))

    def loop(self, depth):
        target, over = self.pick("v", "kk, v"), self.pick("order.order_items", "order.map", "1..3")
        self.loops += 1
        body = "".join(self.statement(depth - 1) for _ in range(self.pick(1, 2)))
        self.loops -= 1
        return (
            f"{{% for {target} in {over} %}}{body}{self.pick('', '{% else %}none')}{{% endfor %}}"
        )

    def trimmed(self, text):
        """Now and then a white space mark."""
        for mark in ("{{", "{%"):
            if self.chance.random() < 0.1:
                text = text.replace(mark, mark + self.pick("-", "~"), 1)
        for mark in ("}}", "%}"):
            if self.chance.random() < 0.1:
                text = text.replace(" " + mark, " " + self.pick("-", "~") + mark, 1)
        return text


def template(chance):
    """One random template."""
    generator = Generator(chance)
    if chance.random() < 0.1:
        body = "".join(generator.statement(1) for _ in range(2))
        parent = generator.pick("", "{{ parent() }}")
        return (
            "{% extends 'base' %}"
            + MACRO
            + "{% set t = 5 %}{% block a %}"
            + body
            + parent
            + "{% endblock %}"
        )
    return MACRO + "".join(generator.statement() for _ in range(generator.pick(1, 2, 3, 4)))
