"""One render: what it has used, where it prints, which template and blocks it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from orderdesk.lib.twig.arrays import items
from orderdesk.lib.twig.errors import Source, TwigError, TwigLoaderError, TwigRuntimeError
from orderdesk.lib.twig.limits import ITEMS_PER_STEP
from orderdesk.lib.twig.values import Callback, Markup, Value, php_type, to_text

if TYPE_CHECKING:
    from orderdesk.lib.twig.environment import Environment
    from orderdesk.lib.twig.limits import Meter
    from orderdesk.lib.twig.regex import Patterns

Context = dict[str, Any]
Run = Callable[["Runtime", Context], Value]
Do = Callable[["Runtime", Context], None]
Blocks = dict[str, tuple["Template", Do]]


class Template:
    """A compiled template: closures for its body, blocks and macros."""

    def __init__(self, name: str, text: str = "") -> None:
        self.name = name
        self.text = text
        self.body: Do = lambda _runtime, _context: None
        self.parent: Run | None = None
        self.parent_at = 0
        self.blocks: dict[str, Do] = {}
        self.macros: dict[str, Callable[[Runtime, list[Value], dict[str, Value]], Value]] = {}
        self.traits: list[tuple[str, dict[str, str], int]] = []
        self.used: dict[str, dict[str, int]] = {}

    @property
    def source(self) -> Source:
        """What it was compiled from."""
        return Source(self.text, self.name)


class InlineTemplate:
    """The text of a template that a template made."""

    def __init__(self, text: str) -> None:
        self.text = text


class Runtime:
    """The state of one render."""

    __slots__ = (
        "blocks", "environment", "imports", "meter", "module_imports", "now", "out", "patterns",
        "template", "templates",
    )  # fmt: skip

    def __init__(self, environment: Environment, meter: Meter, templates: dict[str, str]) -> None:
        self.environment = environment
        self.meter = meter
        self.templates = templates
        self.patterns: Patterns = environment.patterns
        self.out: list[str] = []
        self.template = Template("")
        self.blocks: Blocks = {}
        self.imports: dict[str, Template] = {}
        self.module_imports: dict[Template, dict[str, Template]] = {}
        self.now = environment.clock()

    def write(self, text: str) -> None:
        """Print a text."""
        meter = self.meter
        meter.size += len(text)
        if meter.size > meter.most:
            raise meter.too_long()
        self.out.append(text)

    def capture(self, run: Do, context: Context) -> str:
        """What a body prints, as a text."""
        outer, self.out = self.out, []
        size = self.meter.size
        try:
            run(self, context)
            text = "".join(self.out)
        finally:
            self.out = outer
            self.meter.size = size
        self.meter.text(len(text))
        return text

    def display(self, template: Template, context: Context, blocks: Blocks) -> None:
        """Print a template, whose blocks a child may have replaced."""
        self.environment.policy.check(template)
        self.meter.enter()
        state = self.template, self.blocks, self.imports
        mine = self.own_blocks(template)
        mine.update(blocks)
        self.template, self.blocks = template, mine
        self.imports = self.module_imports.setdefault(template, {})
        try:
            template.body(self, context)
            if parent := self.parent_of(template, context):
                self.display(parent, context, mine)
        finally:
            self.template, self.blocks, self.imports = state
        self.meter.leave()

    def own_blocks(self, template: Template) -> Blocks:
        """The blocks a template defines or takes by `use`."""
        own = self.trait_blocks(template)
        for name, run in template.blocks.items():
            own[name] = (template, run)
        return own

    def trait_blocks(self, template: Template) -> Blocks:
        """The blocks a template takes by `use`."""
        taken: Blocks = {}
        for name, aliases, at in template.traits:
            self.meter.enter()
            try:
                taken.update(self.blocks_of_trait(name, aliases))
            except TwigError as error:
                error.at(template.source, at)
                raise
            self.meter.leave()
        return taken

    def blocks_of_trait(self, name: str, aliases: dict[str, str]) -> Blocks:
        """The blocks of a template that is used, by the names they get."""
        trait = self.load(name)
        if trait.parent:
            raise TwigRuntimeError(f'Template "{name}" cannot be used as a trait.')
        blocks = self.own_blocks(trait)
        for old, new in aliases.items():
            if old not in blocks:
                raise TwigRuntimeError(f'Block "{old}" is not defined in trait "{name}".')
            blocks[new] = blocks.pop(old)
        return blocks

    def parent_of(self, template: Template, context: Context) -> Template | None:
        """The template that one extends."""
        if template.parent is None:
            return None
        try:
            return self.choose(template.parent(self, context))
        except TwigError as error:
            error.at(template.source, template.parent_at)
            raise

    def choose(self, name: Value) -> Template:
        """The first template of that name, or of those names, that exists."""
        names = [value for _, value in items(name)] if isinstance(name, list | dict) else [name]
        for one in names:
            if isinstance(one, InlineTemplate):
                return self.environment.compiled(one.text, "a text")
            if to_text(one) in self.templates:
                return self.load(to_text(one))
        shown = '", "'.join(to_text(one) for one in names)
        if len(names) > 1:
            raise TwigLoaderError(f'Unable to find one of the following templates: "{shown}".')
        raise TwigLoaderError(f'Template "{shown}" is not defined.')

    def load(self, name: str) -> Template:
        """A template by its name."""
        if name == self.template.name and name not in self.templates:
            return self.template
        if name not in self.templates:
            raise TwigLoaderError(f'Template "{name}" is not defined.')
        self.meter.charge(1)
        return self.environment.compiled(self.templates[name], name)

    def show_block(self, name: str, context: Context, template: Template, blocks: Blocks) -> None:
        """Print a block: a child's if there is one, else the template's own or its parent's."""
        found = blocks.get(name)
        if found:
            self.run_block(found, context, blocks)
        else:
            self.show_inherited(name, context, template, blocks)

    def show_inherited(
        self, name: str, context: Context, template: Template, blocks: Blocks
    ) -> None:
        """Print a block as the template itself, or the one it extends, defines it."""
        own: Template | None = template
        while own:
            found = self.own_blocks(own).get(name)
            if found:
                self.run_block(found, context, blocks)
                return
            self.meter.charge(1)
            own = self.parent_of(own, context)
        if name in blocks:
            where = blocks[name][0].name
            raise TwigRuntimeError(
                f'Block "{name}" should not call parent() in "{where}" as the block does not '
                f'exist in the parent template "{template.name}".'
            )
        raise TwigRuntimeError(f'Block "{name}" on template "{template.name}" does not exist.')

    def show_parent(self, name: str, context: Context) -> None:
        """Print what the present block would print without its template."""
        traits = self.trait_blocks(self.template)
        if name in traits:
            self.run_block(traits[name], context, self.blocks)
        elif parent := self.parent_of(self.template, context):
            self.show_inherited(name, context, parent, self.blocks)
        else:
            raise TwigRuntimeError(
                f'The template has no parent and no traits defining the "{name}" block.'
            )

    def run_block(self, block: tuple[Template, Do], context: Context, blocks: Blocks) -> None:
        """Print one block, in its own template's place."""
        self.meter.enter()
        state = self.template, self.blocks, self.imports
        self.template, run = block
        self.blocks = blocks
        self.imports = dict(self.module_imports.get(self.template, ()))
        try:
            run(self, context.copy())
        finally:
            self.template, self.blocks, self.imports = state
        self.meter.leave()

    def has_block(self, name: str, context: Context) -> bool:
        """Does the block exist here?"""
        if name in self.blocks:
            return True
        own: Template | None = self.template
        while own:
            if name in self.own_blocks(own):
                return True
            self.meter.charge(1)
            own = self.parent_of(own, context)
        return False

    def macro_owner(self, imported: str, macro: str, context: Context) -> Template | None:
        """The template, or one it extends, that defines a macro."""
        found = self.template if imported == "_self" else self.imports.get(imported)
        while found is not None and macro not in found.macros:
            self.meter.charge(1)
            found = self.parent_of(found, context)
        return found

    def call_macro(
        self, owner: Template, macro: str, values: list[Value], named: dict[str, Value]
    ) -> Value:
        """What a macro prints."""
        self.meter.enter()
        state = self.template, self.blocks, self.imports
        self.template, self.blocks = owner, self.own_blocks(owner) if owner.blocks else {}
        self.imports = dict(self.module_imports.get(owner, ()))
        try:
            return owner.macros[macro](self, values, named)
        finally:
            self.template, self.blocks, self.imports = state
            self.meter.leave()

    def callback(self, value: Value, of: str) -> Callable[..., Value]:
        """An arrow function, and never the name of some function of the host."""
        if isinstance(value, Callback):
            return value.call  # type: ignore[no-any-return]
        raise TwigRuntimeError(
            f'The "{of}" filter expects an arrow function, got "{php_type(value)}".'
        )

    def sequence(self, value: Value, of: str) -> Iterable[tuple[Any, Any]]:
        """Keys and values of an array, paid for.

        Raises:
            TwigRuntimeError: for anything but an array.
        """
        if not isinstance(value, list | dict):
            raise TwigRuntimeError(
                f'The "{of}" filter expects a sequence or a mapping, got "{php_type(value)}".'
            )
        self.meter.charge(len(value) // ITEMS_PER_STEP)
        return items(value)

    def markup(self, text: str) -> Value:
        """Captured output as a value."""
        return Markup(text) if text else ""
