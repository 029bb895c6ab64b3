"""Reading charts back: the elements of an SVG text and the boxes its labels take."""

import xml.etree.ElementTree as ET

import pytest

NS = "{http://www.w3.org/2000/svg}"
# Width of a character of common sans-serif fonts at 12 px; DejaVu Sans, a wide one, has 0.59 em.
CHARACTER = 0.59 * 12


class Read:
    def __init__(self, svg):
        self.root = ET.fromstring(svg)

    def all(self, tag, name=None):
        found = self.root.iter(NS + tag)
        return [e for e in found if name is None or name in e.get("class", "").split()]

    def boxes(self):
        boxes = []
        for text in self.all("text"):
            width = len(text.text) * CHARACTER
            x, y = float(text.get("x")), float(text.get("y"))
            left = x - {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor")] * width
            boxes.append((left, y - 9, left + width, y + 2, text.text))
        return boxes

    def overlaps(self):
        boxes = self.boxes()
        return [
            (a[4], b[4])
            for i, a in enumerate(boxes)
            for b in boxes[i + 1 :]
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        ]


@pytest.fixture(scope="session")
def read():
    return Read
