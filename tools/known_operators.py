"""A .tflite network with MediaPipe's own transposed convolution put as the runtimes' common one."""

from __future__ import annotations

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

CUSTOM = b"Convolution2DTransposeBias"


def with_known_operators(network: bytes, description: str) -> bytes:
    """The same network, weights untouched. Raises ValueError unless it has exactly one such operator, of
    stride 2 and a kernel as wide, whose output then has each of its pixels from one of its input's.
    """
    model = schema.ModelT.InitFromPackedBuf(network, 0)
    graph = model.subgraphs[0]
    found = [o for o in graph.operators if model.operatorCodes[o.opcodeIndex].customCode == CUSTOM]
    if len(found) != 1:
        raise ValueError(f"{len(found)} operators {CUSTOM.decode()}, one was expected")
    operator = found[0]
    picture, kernel, bias = operator.inputs
    if list(graph.tensors[kernel].shape[1:3]) != [2, 2]:
        raise ValueError(f"a kernel of {graph.tensors[kernel].shape}, 2 by 2 was expected")

    code = model.operatorCodes[operator.opcodeIndex]
    code.customCode, code.version = None, 3  # the first that takes a bias
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.TRANSPOSE_CONV
    operator.customOptions = None
    operator.builtinOptionsType = schema.BuiltinOptions.TransposeConvOptions
    operator.builtinOptions = schema.TransposeConvOptionsT()
    operator.builtinOptions.padding = schema.Padding.SAME
    operator.builtinOptions.strideW = operator.builtinOptions.strideH = 2

    shape = schema.TensorT()
    shape.name, shape.type, shape.shape = b"segment/shape", schema.TensorType.INT32, [4]
    shape.buffer = len(model.buffers)
    content = schema.BufferT()
    wanted = np.asarray(graph.tensors[operator.outputs[0]].shape, "<i4")
    content.data = np.frombuffer(wanted.tobytes(), np.uint8)
    model.buffers.append(content)
    graph.tensors.append(shape)
    operator.inputs = [len(graph.tensors) - 1, kernel, picture, bias]
    model.description = description
    builder = flatbuffers.Builder(len(network))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
