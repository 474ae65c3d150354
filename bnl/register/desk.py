"""What every group of a session's calls stands on: who acts, why, and an entry for each failed attempt."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Purpose
from bnl.errors import BnlError, LogError, StorageError
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.unusable import UNUSABLE, unusable

P = ParamSpec("P")
R = TypeVar("R")


class Desk:
    """One user of one agency at work, for one purpose.

    `bnl.register.session.Session` is put together from desks, one for each kind of work; each public
    call of a desk is `audited`.
    """

    def __init__(self, core: Core, actor: Actor, purpose: Purpose) -> None:
        self._core = core
        self.actor = actor
        self.purpose = purpose

    def _commits(self) -> int:
        return self._core.commits

    def _log_attempt(self, name: str, before: int, error: BnlError) -> None:
        # What cannot be logged is not logged again, and what has left its entry needs no other.
        if self._core.commits != before or isinstance(error, LogError | StorageError):
            return
        details = {"error": type(error).__name__}
        act = Act(f"attempt.{name}", self.purpose.value, decision="deny", details=details)
        with self._core.change() as uow:
            self._core.journal.write(uow, self.actor, act)


def audited(call: Callable[P, R]) -> Callable[P, R]:
    """Make a call that fails before it has left its entry leave one that tells of the attempt.

    Args:
        call: A public method of a desk.

    Returns:
        The same call; input it cannot use comes out as `bnl.errors.InvalidValue`.
    """

    @wraps(call)
    def attempted(*args: P.args, **kwargs: P.kwargs) -> R:
        desk = args[0]
        if not isinstance(desk, Desk):
            return call(*args, **kwargs)
        try:
            before = desk._commits()
            return call(*args, **kwargs)
        except BnlError as error:
            desk._log_attempt(call.__name__, before, error)
            raise
        except UNUSABLE as error:
            told = unusable(error)
            desk._log_attempt(call.__name__, before, told)
            raise told from None

    return attempted
