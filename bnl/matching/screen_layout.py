"""A screen laid out in memory as the compiled loops read it."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from bnl.matching.screen import PackedScreen
from bnl.matching.screen_names import BYNAME, FURTHER, INITIAL, LEARNED, NO_FAMILY, NO_GIVEN
from bnl.matching.screen_parts import DatePart, FewPart, HeldPart, Part, ValuePart
from bnl.matching.sketches import LETTERS_NEEDED

_VALUE, _KIN, _FEW, _HELD, _DATE = range(5)
_FLAGS = (FURTHER, LEARNED, BYNAME, NO_GIVEN, NO_FAMILY, INITIAL)


class _Part(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_int32),
        ("word", ctypes.c_int32),
        ("most", ctypes.c_float),
        ("far", ctypes.c_float),
        ("table", ctypes.c_void_p),
    ]


class _Screen(ctypes.Structure):
    _fields_ = [
        ("words", ctypes.c_void_p),
        ("width", ctypes.c_int64),
        ("parts", ctypes.c_void_p),
        ("n_parts", ctypes.c_int64),
        ("floor", ctypes.c_float),
        ("any_names", ctypes.c_float),
        ("most_names", ctypes.c_float),
        ("by_resemblance", ctypes.c_void_p),
        ("by_initial", ctypes.c_void_p),
        ("letters_needed", ctypes.c_void_p),
        ("flags", ctypes.c_int32 * len(_FLAGS)),
    ]


class ScreenLayout:
    """A screen as the compiled loops read it; keeps alive what it points to.

    Args:
        screen: The screen, row after row.
    """

    def __init__(self, screen: PackedScreen) -> None:
        names = screen.names
        self._held: list[object] = [screen]
        parts = (_Part * max(1, len(screen.parts)))(*(self._part(*item) for item in screen.parts))
        self._held.append(parts)
        self.structure = _Screen(
            self._address(screen.words),
            screen.words.shape[1],
            ctypes.addressof(parts),
            len(screen.parts),
            float(screen.floor),
            float(names.any),
            max(float(names.any), names.most_plain()),
            self._address(names.by_resemblance),
            self._address(names.by_initial),
            self._address(LETTERS_NEEDED),
            (ctypes.c_int32 * len(_FLAGS))(*_FLAGS),
        )

    def _address(self, array: npt.NDArray[Any]) -> int:
        array = np.ascontiguousarray(array)
        self._held.append(array)
        return int(array.ctypes.data)

    def _part(self, part: Part, word: int) -> _Part:
        match part:
            case ValuePart(unequal=unequal, kin=None):
                return _Part(_VALUE, word, float(unequal), 0.0, None)
            case ValuePart(unequal=unequal, far=far):
                return _Part(_KIN, word, float(unequal), float(far), None)
            case FewPart(table=table):
                return _Part(_FEW, word, 0.0, 0.0, self._address(table))
            case HeldPart(most=most):
                return _Part(_HELD, word, float(most), 0.0, None)
            case DatePart(most=table):
                return _Part(_DATE, word, 0.0, 0.0, self._address(table))
        raise TypeError(f"There is no compiled form of {type(part).__name__}.")
