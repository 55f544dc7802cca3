"""What is typed wrongly on a command line, as one sentence in the reader's language.

Typer raises these errors with their parts, and words them in English.
"""

from __future__ import annotations

from typing import Any, cast

import typer

from offerloop.errors import InputError, nearest
from offerloop.message import Message, joined

USAGE_ERROR = cast("type[typer.BadParameter]", typer.BadParameter.mro()[1])
"""What is typed wrongly, of every kind."""
VALUES = {
    "int_parsing": Message("'{value}' is not a whole number", context="error of the command line"),
    "int_type": Message("'{value}' is not a whole number", context="error of the command line"),
    "float_parsing": Message("'{value}' is not a number", context="error of the command line"),
    "greater_than_equal": Message("{value} is less than {ge}", context="error of the command line"),
    "less_than_equal": Message("{value} is more than {le}", context="error of the command line"),
    "enum": Message("'{value}' is none of {expected}", context="error of the command line"),
    "literal_error": Message("'{value}' is none of {expected}", context="error of the command line"),
}
"""Why a value does not fit, by the kind of error that pydantic names."""


def wrong_command(name: str, commands: list[str], program: str) -> InputError:
    """Return the error of a command that there is none of."""
    wrong = Message("No such command '{name}'.", context="error of the command line", name=name)
    return InputError(_guided(wrong, nearest(name, commands), program))


def unexpected(arguments: list[str], command: str) -> InputError:
    """Return the error of arguments that a command does not take."""
    wrong = Message(
        "Unexpected argument: {arguments}.", context="error of the command line", arguments=" ".join(arguments)
    )
    return InputError(_guided(wrong, None, command))


def usage_error(error: Any) -> InputError:  # noqa: ANN401 - typer does not export the class of its errors
    """Return an error of typer as one of ours."""
    near = next(iter(sorted(getattr(error, "possibilities", None) or ())), None)
    return InputError(_guided(_sentence(error), near, None if error.ctx is None else error.ctx.command_path))


def _sentence(error: Any) -> Message | str:  # noqa: ANN401
    if hasattr(error, "param_type") and error.param is not None:
        hint = error.param.get_error_hint()
        if error.param.param_type_name == "argument":
            return Message("Missing argument {name}.", context="error of the command line", name=hint)
        return Message("Missing option {name}.", context="error of the command line", name=hint)
    if isinstance(error, typer.BadParameter) and error.param is not None:
        name = error.param.get_error_hint()
        return Message(
            "Invalid value for {name}: {reason}.", context="error of the command line", name=name, reason=_reason(error)
        )
    if hasattr(error, "possibilities"):
        return Message("No such option: {name}.", context="error of the command line", name=error.option_name)
    if hasattr(error, "option_name"):
        return _value_of_option(error)
    return str(error.format_message())


def _reason(error: Any) -> Message | str:  # noqa: ANN401
    """Return why a value does not fit; what no table names stays as it was said."""
    details: list[Any] = getattr(error.__cause__, "errors", list)()
    if not details or details[0]["type"] not in VALUES:
        return str(error.message).rstrip(".")
    limits = {name: str(value) for name, value in details[0].get("ctx", {}).items() if name in ("ge", "le", "expected")}
    return VALUES[details[0]["type"]].with_values(value=str(details[0]["input"]), **limits)


def _value_of_option(error: Any) -> Message:  # noqa: ANN401
    """Return that an option has no value, or one too many."""
    params = () if error.ctx is None else error.ctx.command.params
    if any(error.option_name in one.opts and getattr(one, "is_flag", False) for one in params):
        return Message("Option '{name}' takes no value.", context="error of the command line", name=error.option_name)
    return Message("Option '{name}' requires a value.", context="error of the command line", name=error.option_name)


def _guided(wrong: Message | str, near: str | None, command: str | None) -> Message:
    """Return the sentence with what may have been meant and where to look."""
    sentences = [wrong]
    if near is not None:
        sentences.append(Message("Did you mean '{name}'?", context="error of the command line", name=near))
    if command is not None:
        sentences.append(Message("See '{command} --help'.", context="error of the command line", command=command))
    return joined(sentences, " ")
