# Reads and writes safetensors files with numpy alone, as the format's own documentation does.
import json
import struct
import sys
import zlib

import numpy

TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "U64": "<u8", "I32": "<i4", "U32": "<u4", "U8": "u1", "BOOL": "?"}


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        arrays[name] = numpy.frombuffer(data[begin:end], TYPES[t["dtype"]]).reshape(t["shape"])
    return arrays, metadata


def checksum(arrays, metadata):
    """That of the metadata, from what the file says."""
    names = {numpy.dtype(v): k for k, v in TYPES.items()}
    parts = []
    for key in sorted(metadata):
        if key != "checksum":
            parts += [key, metadata[key]]
    for name in sorted(arrays):
        a = arrays[name]
        parts += [name, names[a.dtype], ",".join(map(str, a.shape)), "%08x" % zlib.crc32(a.tobytes())]
    return "%08x" % zlib.crc32("".join(p + "\0" for p in parts).encode())


def write(path, arrays, metadata):
    names = {numpy.dtype(v): k for k, v in TYPES.items()}
    header, data = {"__metadata__": metadata}, b""
    for name, a in arrays.items():
        begin = len(data)
        data += a.tobytes()
        header[name] = {"dtype": names[a.dtype], "shape": list(a.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def check(path):
    arrays, metadata = read(path)
    assert metadata["name"] == 'caf\u00e9 "quoted"\n', metadata
    assert metadata["checksum"] == checksum(arrays, metadata)
    assert arrays["wide"].tolist() == [[1, 2, 3], [4, 5, 6]] and arrays["wide"].dtype == numpy.float64
    assert arrays["score"].tolist() == [0.5, 0.25, -1] and arrays["score"].dtype == numpy.float32
    assert arrays["large"].tolist() == [-1, 2**62]
    assert arrays["flags"].tolist() == [True, False, True]
    assert arrays["nothing"].shape == (0, 4) and arrays["scalar"].shape == ()


def check_model(path):
    """The documents' ratings as an item_knn of cosines, k = 20, in a pipeline: what numpy says of them."""
    arrays, metadata = read(path)
    assert metadata["kind"] == "tailor.recommender.pipeline<float>"
    assert metadata["model/kind"] == "tailor.recommender.item_knn<float>"
    assert metadata["model/options/measure"] == "cosine" and metadata["model/options/k"] == "20"
    assert metadata["checksum"] == checksum(arrays, metadata)
    n = int(metadata["model/user_items/n_rows"]), int(metadata["model/user_items/n_columns"])
    dense = numpy.zeros(n, numpy.float32)
    pointers, columns = arrays["model/user_items/row_pointers"], arrays["model/user_items/columns"]
    for u in range(n[0]):
        begin, end = int(pointers[u]), int(pointers[u + 1])
        dense[u, columns[begin:end]] = arrays["model/user_items/values"][begin:end]
    assert dense.tolist() == [[5, 3, 0, 2], [0, 1, 1, 0], [4, 0, 0, 1], [3, 2, 0, 3]]
    unit = dense / numpy.linalg.norm(dense, axis=0)
    cosines = unit.T @ unit
    offsets = arrays["model/neighbours/offsets"]
    for i in range(n[1]):
        begin, end = int(offsets[i]), int(offsets[i + 1])
        assert end - begin == numpy.count_nonzero(cosines[i]) - 1
        for j, score in zip(arrays["model/neighbours/entries/index"][begin:end],
                            arrays["model/neighbours/entries/score"][begin:end]):
            assert abs(cosines[i, j] - score) < 1e-6
    ends = [0] + arrays["items/offsets"].tolist()
    text = arrays["items/bytes"].tobytes().decode()
    assert [text[a:b] for a, b in zip(ends, ends[1:])] == ["tea", "milk", "jam", "rye"]


if sys.argv[1] == "check":
    check(sys.argv[2])
elif sys.argv[1] == "check_model":
    check_model(sys.argv[2])
elif sys.argv[1] == "write":
    write(sys.argv[2], {"ids": numpy.array([-4, 4]), "matrix": numpy.arange(6, dtype="<f4").reshape(3, 2)},
          {"made_by": "numpy"})
elif sys.argv[1] == "write_torch":
    kernel = numpy.array([[1, 2], [3, 4], [5, 6]], "<f4")  # [out, in]
    write(sys.argv[2], {"0.weight": kernel, "0.bias": numpy.array([7, 8, 9], "<f4"),
                        "2.weight": numpy.array([[1, -1, 2]], "<f8"), "2.bias": numpy.array([0.5], "<f8")},
          {"format": "pt"})
else:
    sys.exit("unknown: " + sys.argv[1])
