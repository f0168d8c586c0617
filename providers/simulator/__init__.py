"""Vast.ai and TensorDock as HTTP servers on loopback: see the README beside this file."""

from providers.simulator.faults import Fault, FaultKind
from providers.simulator.server import open_simulator
from providers.simulator.simulator import Options, Simulator

__all__ = ["Fault", "FaultKind", "Options", "Simulator", "open_simulator"]
