"""The small language of `columns` in the configuration: their columns, numbers, 'text', + - * / and brackets."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import narwhals as nw
from narwhals.dtypes import DType

from offerloop.errors import SourceError, near_miss

_ARITHMETIC = {ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__"}


def compile_expression(text: str, columns: Mapping[str, DType], place: str) -> nw.Expr:
    """The expression over a frame that has `columns` (name to type).

    A sum in which a quoted text occurs joins texts. `place` begins every message.
    Raises SourceError for a syntax error, an unknown column, arithmetic on text, or anything beyond the language.
    """
    if text in columns:
        return nw.col(text)
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise SourceError(f"{place}: '{text}' is neither a column nor an expression") from None
    return _Compiler(columns, place, text).build(tree)


class _Compiler:
    def __init__(self, columns: Mapping[str, DType], place: str, text: str) -> None:
        self.columns, self.place, self.text = columns, place, text

    def build(self, node: ast.expr) -> nw.Expr:
        match node:
            case ast.Name(id=name):
                return self._column(name)
            case ast.Constant(value=value) if isinstance(value, int | float | str):
                return nw.lit(value)
            case ast.BinOp(op=ast.Add()) if parts := self._texts(node):
                return nw.concat_str([self.build(part) for part in parts])
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                below = self._number(right)
                return nw.when(below != 0).then(self._number(left) / below)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                found: nw.Expr = getattr(self._number(left), _ARITHMETIC[type(op)])(self._number(right))
                return found
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return 0 - self._number(operand)
        raise self._beyond()

    def _column(self, name: str) -> nw.Expr:
        if name not in self.columns:
            known = ", ".join(self.columns)
            raise SourceError(
                f"{self.place}: there is no column '{name}'{near_miss(name, self.columns)} (found: {known})"
            )
        return nw.col(name)

    def _number(self, node: ast.expr) -> nw.Expr:
        """An operand of arithmetic."""
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float):
            raise self._beyond()
        if isinstance(node, ast.BinOp) and self._texts(node):
            raise self._beyond()
        if isinstance(node, ast.Name) and not self.columns.get(node.id, nw.Int64()).is_numeric():
            raise SourceError(
                f"{self.place}: '{self.text}' calculates with the column '{node.id}', which holds no numbers"
            )
        return self.build(node)

    def _beyond(self) -> SourceError:
        return SourceError(f"{self.place}: '{self.text}' may hold only columns, numbers, 'text', + - * / and brackets")

    def _texts(self, node: ast.expr) -> list[ast.expr]:
        """The terms of a sum that holds a quoted text; empty for a sum of numbers."""
        terms = _terms(node)
        texts = any(isinstance(term, ast.Constant) and isinstance(term.value, str) for term in terms)
        return terms if texts else []


def _terms(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]
