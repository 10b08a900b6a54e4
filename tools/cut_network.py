"""Parts of a .tflite network as networks of their own: what lies between tensors given by name."""

from __future__ import annotations

from collections.abc import Sequence

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


def cut(network: bytes, inputs: Sequence[str], outputs: Sequence[str], description: str) -> bytes:
    """The operators that lead from the tensors `inputs` to `outputs`, their weights untouched.

    Raises KeyError for an unknown name, ValueError when more than `inputs` is needed.
    """
    model = schema.ModelT.InitFromPackedBuf(network, 0)
    graph = model.subgraphs[0]
    number = {tensor.name.decode(): n for n, tensor in enumerate(graph.tensors)}
    given, wanted = [number[name] for name in inputs], [number[name] for name in outputs]

    maker = {int(tensor): n for n, operator in enumerate(graph.operators) for tensor in operator.outputs}
    needed: set[int] = set()
    open_ends = list(wanted)
    while open_ends:
        tensor = open_ends.pop()
        if tensor in given or tensor not in maker or maker[tensor] in needed:
            continue
        needed.add(maker[tensor])
        open_ends += [int(n) for n in graph.operators[maker[tensor]].inputs if n >= 0]
    operators = [graph.operators[n] for n in sorted(needed)]

    used = sorted({int(n) for o in operators for n in (*o.inputs, *o.outputs) if n >= 0} | {*given})
    place = {old: new for new, old in enumerate(used)} | {-1: -1}
    codes = sorted({operator.opcodeIndex for operator in operators})
    buffers = [model.buffers[0]]  # by convention empty
    for old in used:
        tensor = graph.tensors[old]
        content = model.buffers[tensor.buffer]
        constant = content.data is not None and len(content.data) > 0
        if not constant and old not in maker and old not in given:
            raise ValueError(f"{tensor.name.decode()} is needed and not among the inputs")
        tensor.buffer = len(buffers) if constant else 0
        buffers += [content] if constant else []
    for operator in operators:
        operator.opcodeIndex = codes.index(operator.opcodeIndex)
        operator.inputs = [place[int(n)] for n in operator.inputs]
        operator.outputs = [place[int(n)] for n in operator.outputs]

    graph.tensors, graph.operators = [graph.tensors[old] for old in used], operators
    graph.inputs, graph.outputs = [place[n] for n in given], [place[n] for n in wanted]
    model.operatorCodes = [model.operatorCodes[code] for code in codes]
    model.buffers, model.description = buffers, description
    model.metadata = model.metadataBuffer = model.signatureDefs = None
    builder = flatbuffers.Builder(len(network))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
