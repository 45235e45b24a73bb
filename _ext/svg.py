"""Matplotlib's pictures in a third of their bytes: what is said many times is said once, what is not seen not at all."""

import re
import xml.etree.ElementTree as ET

SVG, LINK = "http://www.w3.org/2000/svg", "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d*\.\d+")
ET.register_namespace("", SVG)


def minify(text):
    """(the picture, its width and height in pixels)"""
    root = ET.fromstring(text)
    for child in root.findall(f"{{{SVG}}}metadata"):
        root.remove(child)
    width, height = (round(float(root.attrib[name].removesuffix("pt")) * 4 / 3) for name in ("width", "height"))
    root.attrib.update(width=str(width), height=str(height))
    root.attrib.pop("version", None)
    named = _rename(root, set(re.findall(r'(?:href="|url\()#([^")]+)', text)))
    classes = {}
    for element in root.iter():
        _simplify(element, named, classes)
    _unwrap(root)
    families = {family for rule in classes for family in re.findall("font-family:[^;]+", rule)}
    if len(families) == 1:  # said once, for all texts
        family = families.pop()
        classes = {rule.replace(family, "").replace(";;", ";").strip(";"): name for rule, name in classes.items()} | {family: "text"}
    if classes:
        style = root.find(f".//{{{SVG}}}style")
        if style is None:
            style = ET.Element(f"{{{SVG}}}style")
            root.insert(0, style)
        style.text = (style.text or "") + "".join(
            f"{name if name == 'text' else '.' + name}{{{rule}}}" for rule, name in classes.items()
        )
    return ET.tostring(root, encoding="unicode").replace(" />", "/>"), width, height


def _rename(root, referenced):
    """Short names for what is referred to."""
    return {name: f"i{number}" for number, name in enumerate(e.attrib["id"] for e in root.iter() if e.attrib.get("id") in referenced)}


def _simplify(element, named, classes):
    a = element.attrib
    if "id" in a:
        a["id"] = named.get(a["id"], "")
        if not a["id"]:
            del a["id"]
    if LINK in a:  # to a drawing in the picture; or the bytes of an image
        link = a.pop(LINK)
        a["href"] = "#" + named[link[1:]] if link.startswith("#") else link
    if "clip-path" in a:
        a["clip-path"] = f"url(#{named[a['clip-path'][5:-1]]})"
    if a.get("transform", "").startswith("rotate(-0 "):
        del a["transform"]
    if "d" in a:
        a["d"] = _straight(_round(a["d"], 2 if "id" in a else 1))
    for name in ("x", "y", "width", "height", "cx", "cy", "r", "transform", "points"):
        if name in a:
            a[name] = _round(a[name], 1)
    if "style" in a:
        rule = _round(re.sub(r"\s*([:;,])\s*", r"\1", a.pop("style").strip(" ;")))
        if rule:
            a["class"] = classes.setdefault(rule, f"a{len(classes)}")
    if element.tag != f"{{{SVG}}}text" and element.tag != f"{{{SVG}}}tspan" and not (element.text or "").strip():
        element.text = None
    if not (element.tail or "").strip():
        element.tail = None


def _round(text, digits=2):
    """A tenth of a point is finer than a screen shows. (What is drawn once and used often is small, and keeps more.)"""
    return NUMBER.sub(lambda match: re.sub(r"^(-?)0\.", r"\1.", f"{float(match[0]):.{digits}f}".rstrip("0").rstrip(".")), text)


def _straight(path):
    """A path without needless spaces; its level and upright lines need one coordinate only."""
    parts, x, y = [], None, None
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        end = numbers.split()[-2:]
        if command == "L" and end[0] == x:
            parts.append(f"V{end[1]}")
        elif command == "L" and end[1] == y:
            parts.append(f"H{end[0]}")
        else:
            parts.append(command + " ".join(numbers.split()))
        x, y = end if len(end) == 2 else (None, None)
    return "".join(parts)


def _unwrap(parent):
    """Groups that say nothing give way to what is in them."""
    children = []
    for child in list(parent):
        _unwrap(child)
        children += list(child) if child.tag == f"{{{SVG}}}g" and not child.attrib else [child]
    parent[:] = children
