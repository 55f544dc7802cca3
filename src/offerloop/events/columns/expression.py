"""The small language of `columns` and `where`: their columns, numbers, 'text', + - * /, brackets,
`coalesce(column, 0)`, the first of several numbers that is not empty, and `switch(column, 'a', 1, 'b', 2)`, the number
behind the value that a cell equals, empty for any other; in `where` also comparisons, `in ['a', 'b']`, and / or / not.
A column whose name is no plain word stands in backticks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import narwhals as nw
from narwhals.dtypes import DType

from offerloop.errors import SourceError, near_miss
from offerloop.events.columns.cells import finite, parse_number
from offerloop.message import Message, both

MOST_NESTED = 200
"""Levels of an expression that are compiled; a sum has one for each term."""
_ARITHMETIC = {ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__"}
_COMPARISON = {
    ast.Eq: "__eq__", ast.NotEq: "__ne__", ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__",
}  # fmt: skip


@dataclass(frozen=True)
class Wording:
    """What a text is compiled against."""

    columns: Mapping[str, DType]
    """The columns of the file that it reads."""
    place: Message | str
    """Begins every message."""
    decimal: str = "."
    """Decimal mark of numbers in text columns."""
    one_percent: float | None = None
    """What 1 % counts in text columns; None where a percentage is no number."""


@dataclass(frozen=True)
class Compiled:
    """An expression over their columns."""

    value: nw.Expr
    unreadable: dict[str, nw.Expr] = field(default_factory=dict)
    """Text columns that were read as numbers: where a cell is none."""
    kind: DType | None = None
    """The type of the value where it is a single column; that of an expression is the engine's to say."""


def compile_expression(text: str, wording: Wording, *, as_number: bool = False) -> Compiled:
    """A value. A sum in which a quoted text occurs joins texts; text columns count as numbers where one is needed.

    Raises SourceError for a syntax error, an unknown column, or anything beyond the language.
    """
    compiler = _Compiler(wording, text)
    if text in wording.columns:
        kind = wording.columns[text]
        if not as_number:
            return Compiled(nw.col(text), kind=kind)
        return Compiled(compiler.number_column(text), compiler.unreadable, _kind_of_numbers(kind))
    tree = compiler.parse()
    return Compiled(compiler.number(tree) if as_number else compiler.build(tree), compiler.unreadable)


def _kind_of_numbers(kind: DType) -> DType:
    """Return the type that `number_column` makes of a column's."""
    if kind == nw.String:
        return nw.Float64()
    return nw.Int64() if kind == nw.Boolean else kind


def columns_in(text: str, columns: Collection[str]) -> tuple[str, ...]:
    """Return the columns that a text names which compile_expression has accepted."""
    if text in columns:
        return (text,)
    quoted = re.findall("`([^`]+)`", text)
    nodes = list(ast.walk(ast.parse(re.sub("`[^`]+`", "''", text))))
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    names = [node.id for node in nodes if isinstance(node, ast.Name) and node not in functions]
    return tuple(dict.fromkeys([*names, *quoted]))


def compile_condition(text: str, wording: Wording) -> nw.Expr:
    """Whether a row is wanted; where an empty cell leaves it open it is not. Raises SourceError as above."""
    compiler = _Compiler(wording, text)
    return compiler.condition(compiler.parse()).fill_null(value=False)


def _is_too_deep(tree: ast.expr) -> bool:
    """Whether it is nested deeper than can be compiled, which later versions of Python parse."""
    level: list[ast.AST] = [tree]
    for _ in range(MOST_NESTED):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


class _Compiler:
    def __init__(self, wording: Wording, text: str) -> None:
        self.columns, self.place, self.text = wording.columns, wording.place, text
        self.decimal, self.one_percent = wording.decimal, wording.one_percent
        self.quoted: dict[str, str] = {}
        self.unreadable: dict[str, nw.Expr] = {}

    def parse(self) -> ast.expr:
        def stand_in(match: re.Match[str]) -> str:
            name = f"_quoted_{len(self.quoted)}"
            self.quoted[name] = match.group(1)
            return name

        try:
            tree = ast.parse(re.sub("`([^`]+)`", stand_in, self.text), mode="eval").body
        except (SyntaxError, RecursionError, MemoryError, ValueError):
            tree = None
        if tree is None or _is_too_deep(tree):
            raise SourceError(
                Message(
                    "{place}: '{text}' is neither a column nor an expression{hint}",
                    place=self.place,
                    text=self.text,
                    hint=self._bare() or near_miss(self.text, self.columns),
                )
            )
        return tree

    def build(self, node: ast.expr) -> nw.Expr:
        """A text or a number, whichever it is."""
        match node:
            case ast.Name(id=name):
                return nw.col(self._known_column(name))
            case ast.Constant(value=value) if isinstance(value, int | float | str):
                return nw.lit(value)
            case ast.BinOp(op=ast.Add()) if parts := self._texts(node):
                return nw.concat_str([self.build(part) for part in parts])
            case ast.Call(func=ast.Name(id="coalesce"), args=[_, _, *_] as args, keywords=[]) if self._texts(node):
                return nw.coalesce(*(self.build(one).cast(nw.String) for one in args))
        return self.number(node)

    def number(self, node: ast.expr) -> nw.Expr:
        """An operand of arithmetic."""
        match node:
            case ast.Name(id=name):
                return self.number_column(self._known_column(name))
            case ast.Constant(value=value) if isinstance(value, int | float):
                return nw.lit(value)
            case ast.BinOp() if self._texts(node):
                raise self._beyond()
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                below = self.number(right)
                return nw.when(below != 0).then(self.number(left) / below)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                expression: nw.Expr = getattr(self.number(left), _ARITHMETIC[type(op)])(self.number(right))
                return expression
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return 0 - self.number(operand)
            case ast.Call(func=ast.Name(id="coalesce"), args=[_, _, *_] as args, keywords=[]):
                return nw.coalesce(*(self.number(one) for one in args))
            case ast.Call(func=ast.Name(id="switch"), args=[subject, *pairs], keywords=[]) if _are_pairs(pairs):
                return nw.coalesce(*(
                    nw.when(self._same(subject, value)).then(self.number(result)).cast(nw.Float64)
                    for value, result in zip(pairs[::2], pairs[1::2], strict=True)
                ))  # fmt: skip
        raise self._beyond()

    def number_column(self, name: str) -> nw.Expr:
        kind = self.columns[name]
        if kind == nw.String:
            value, self.unreadable[name] = parse_number(nw.col(name), self.decimal, self.one_percent)
            return value
        if kind == nw.Boolean:
            return nw.col(name).cast(nw.Int64)
        if not kind.is_numeric():
            raise SourceError(
                Message(
                    "{place}: '{name}' holds {kind}, not numbers",
                    context="error",
                    place=self.place,
                    name=name,
                    kind=str(kind),
                )
            )
        return finite(nw.col(name)) if kind.is_float() else nw.col(name)

    def condition(self, node: ast.expr) -> nw.Expr:
        match node:
            case ast.BoolOp(op=op, values=values):
                parts = [self.condition(value) for value in values]
                join = nw.all_horizontal if isinstance(op, ast.And) else nw.any_horizontal
                return join(*parts, ignore_nulls=False)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ~self.condition(operand)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as op], comparators=[ast.List(elts=members)]):
                hit = nw.any_horizontal(*(self._same(left, one) for one in members), ignore_nulls=False)
                return ~hit if isinstance(op, ast.NotIn) else hit
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISON:
                return self._compare(left, _COMPARISON[type(op)], right)
        raise self._beyond()

    def _same(self, left: ast.expr, right: ast.expr) -> nw.Expr:
        return self._compare(left, "__eq__", right)

    def _compare(self, left: ast.expr, operation: str, right: ast.expr) -> nw.Expr:
        numeric = self._is_number(left) or self._is_number(right) or self._both_numbers(left, right, operation)
        build = self.number if numeric else self._as_text
        expression: nw.Expr = getattr(build(left), operation)(build(right))
        return expression

    def _both_numbers(self, left: ast.expr, right: ast.expr, operation: str) -> bool:
        """Two columns that are ordered, or that both hold numbers."""
        if not (isinstance(left, ast.Name) and isinstance(right, ast.Name)):
            return False
        kinds = [self.columns[self._known_column(one.id)] for one in (left, right)]
        return operation not in ("__eq__", "__ne__") or all(kind.is_numeric() for kind in kinds)

    def _is_number(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return False
        return not self._texts(node)

    def _as_text(self, node: ast.expr) -> nw.Expr:
        return self.build(node).cast(nw.String)

    def _known_column(self, name: str) -> str:
        name = self.quoted.get(name, name)
        if name not in self.columns:
            raise SourceError(
                Message(
                    "{place}: there is no column '{name}'{hint} (found: {columns})",
                    place=self.place,
                    name=name,
                    hint=self._bare() or near_miss(name, self.columns),
                    columns=list(self.columns),
                )
            )
        return name

    def _bare(self) -> Message | str:
        """What to do about columns of theirs that stand in the text, are no plain word and have no backticks."""
        outside = re.sub("`[^`]+`|'[^']*'|\"[^\"]*\"", "", self.text)
        bare = [f"`{name}`" for name in self.columns if not name.isidentifier() and name.strip() and name in outside]
        return Message("; put {names} in backticks", context="behind an error", names=both(bare)) if bare else ""

    def _beyond(self) -> SourceError:
        return SourceError(
            Message(
                "{place}: '{text}' may hold only columns, numbers, 'text', + - * /, brackets, "
                "coalesce(column, 0), which counts an empty cell as 0, and switch(column, 'a', 1, 'b', 2), which "
                "counts a cell that is a as 1, and in a filter also == != < <= > >=, in ['a', 'b'], and, or, not{hint}",
                place=self.place,
                text=self.text,
                hint=self._bare(),
            )
        )

    def _texts(self, node: ast.expr) -> list[ast.expr]:
        """The terms of a sum, or of a choice, that holds a quoted text; empty for numbers."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "switch":
            return []
        terms = node.args if isinstance(node, ast.Call) else _terms(node)
        texts = any(isinstance(term, ast.Constant) and isinstance(term.value, str) for term in terms)
        return terms if texts else []


def _are_pairs(nodes: list[ast.expr]) -> bool:
    """Return whether values, each quoted or a number, stand before results."""
    return len(nodes) > 0 and len(nodes) % 2 == 0 and all(isinstance(one, ast.Constant) for one in nodes[::2])


def _terms(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]
