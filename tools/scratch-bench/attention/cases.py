"""Shapes and masks of the attention benchmark."""
from dataclasses import dataclass, field

import numpy

SPARSE = ("#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), "
          "posWidth = 32, crdWidth = 32}>\n")


@dataclass
class Mask:
    """`live` says which (i, j) take part, by broadcasting; `body` makes %m of `tail`."""
    name: str
    live: object = None
    tail: str = ""
    body: str = ""
    arguments: object = lambda case: []
    causal: bool = False


def window(reach):
    return Mask(f"window {reach}", lambda i, j: abs(i - j) <= reach, ", %w: index",
                "%m = scratch.mask.window top_left left(%w) right(%w) : !scratch.mask<?x?>",
                lambda case: [reach])


def causal():
    return Mask("causal", lambda i, j: j <= i, "",
                "%m = scratch.mask.causal top_left : !scratch.mask<?x?>", causal=True)


def prefix(count):
    return Mask(f"prefix {count}", lambda i, j: (j < count) | (j <= i), ", %n: index",
                "%a = scratch.mask.first key(%n : index) : !scratch.mask<?x?>\n"
                "%c = scratch.mask.causal top_left : !scratch.mask<?x?>\n"
                "%m = scratch.mask.or %a, %c : !scratch.mask<?x?>", lambda case: [count])


def documents(tokens, count):
    """Documents of random lengths, sorted."""
    cuts = numpy.sort(numpy.random.default_rng(1).choice(tokens, count - 1, replace=False))
    ids = numpy.searchsorted(cuts, numpy.arange(tokens), side="right").astype(numpy.int32)
    return Mask(f"{count} documents", lambda i, j: ids[i] == ids[j], ", %ids: tensor<?xi32>",
                "%m = scratch.mask.documents %ids, %ids sorted : tensor<?xi32>, tensor<?xi32> "
                "-> !scratch.mask<?x?>", lambda case: [ids])


def blocks(tokens, size, density):
    """Random blocks, those on the diagonal among them."""
    count = -(-tokens // size)
    live = numpy.random.default_rng(2).random((count, count)) < density
    live |= numpy.eye(count, dtype=bool)
    return Mask(f"blocks {size}, {100 * density:.0f} %", lambda i, j: live[i // size, j // size],
                ", %b: tensor<?x?xi8>",
                f"%m = scratch.mask.blocks %b block [{size}, {size}] : tensor<?x?xi8> "
                "-> !scratch.mask<?x?>", lambda case: [live.astype(numpy.int8)])


def longformer(reach, count):
    return Mask(f"window {reach} + {count} global",
                lambda i, j: (abs(i - j) <= reach) | (i < count) | (j < count),
                ", %w: index, %g: index",
                "%a = scratch.mask.window top_left left(%w) right(%w) : !scratch.mask<?x?>\n"
                "%b = scratch.mask.first key(%g : index) : !scratch.mask<?x?>\n"
                "%c = scratch.mask.first query(%g : index) : !scratch.mask<?x?>\n"
                "%d = scratch.mask.or %b, %c : !scratch.mask<?x?>\n"
                "%m = scratch.mask.or %a, %d : !scratch.mask<?x?>", lambda case: [reach, count])


@dataclass
class Case:
    name: str
    element: str = "f32"
    batch: int = 1
    heads: int = 4
    key_heads: int = 0
    queries: int = 1024
    keys: int = 0
    size: int = 64
    mask: Mask = field(default_factory=lambda: Mask("dense"))
    flex: bool = False

    def __post_init__(self):
        self.key_heads = self.key_heads or self.heads
        self.keys = self.keys or self.queries

    def live(self):
        """queries x keys, as booleans."""
        i, j = numpy.arange(self.queries)[:, None], numpy.arange(self.keys)[None, :]
        if self.mask.live is None:
            return numpy.ones((self.queries, self.keys), dtype=bool)
        return numpy.broadcast_to(self.mask.live(i, j), (self.queries, self.keys))

    def tiles(self, size=64):
        """The share of tiles of size x size that hold a live entry."""
        live = self.live()
        rows, columns = -(-self.queries // size) * size, -(-self.keys // size) * size
        padded = numpy.zeros((rows, columns), dtype=bool)
        padded[: self.queries, : self.keys] = live
        return padded.reshape(rows // size, size, columns // size, size).any((1, 3)).mean()

    def operations(self):
        """Of all scores, masked or not."""
        return 4.0 * self.batch * self.heads * self.queries * self.keys * self.size

    def text(self):
        tensor = f"tensor<?x?x?x{self.size}x{self.element}>"
        mask = "mask(%m : !scratch.mask<?x?>) " if self.mask.body else ""
        return (SPARSE + f"func.func @kernel(%q: {tensor}, %k: {tensor}, %v: {tensor}"
                f"{self.mask.tail}) -> {tensor} {{\n{self.mask.body}\n"
                f"%o = scratch.attention %q, %k, %v {mask}: {tensor}, {tensor}, {tensor} "
                f"-> {tensor}\nreturn %o : {tensor}\n}}\n")


    def inspector(self):
        """A kernel that makes the mask alone: it sorts the mask's tiles."""
        return (SPARSE + f"func.func @kernel(%queries: index, %keys: index{self.mask.tail}) "
                f"-> tensor<?x?xi8, #CSR> {{\n{self.mask.body}\n"
                "%l = scratch.mask_blocks %m block [64, 64] shape(%queries, %keys) "
                ": !scratch.mask<?x?> -> tensor<?x?xi8, #CSR>\n"
                "return %l : tensor<?x?xi8, #CSR>\n}\n")


def suite():
    cases = []
    for element in ("f32", "bf16", "f16"):
        for tokens in (1024, 2048, 4096):
            cases.append(Case("dense", element, queries=tokens, heads=4096 // tokens * 2))
            cases.append(Case("causal", element, queries=tokens, heads=4096 // tokens * 2,
                              mask=causal()))
    long = {"queries": 4096, "heads": 2}
    for element in ("f32", "bf16"):
        cases += [Case("masks", element, mask=mask, **long, flex=flex) for mask, flex in (
            (window(128), True), (window(256), False), (longformer(128, 16), False),
            (documents(4096, 8), False), (documents(4096, 40), False), (prefix(1024), True),
            (blocks(4096, 64, 0.1), False), (blocks(4096, 128, 0.25), False),
            (blocks(4096, 64, 0.5), False))]
        for size in (32, 80, 96, 128):
            cases.append(Case("sizes", element, queries=1024, size=size))
        for tokens in (49, 64, 77, 197, 256, 784):
            cases.append(Case("short", element, batch=8, heads=12, queries=tokens))
        cases.append(Case("cross", element, batch=8, heads=12, queries=256, keys=77))
        for heads, key_heads in ((32, 8), (32, 32)):
            cases.append(Case("decode", element, heads=heads, key_heads=key_heads, queries=1,
                              keys=8192, size=128))
    return cases
