"""Tables as spreadsheets, COMSOL, ParaView, Origin and gnuplot write them."""

from pathlib import Path

import numpy as np
import pytest

from anosim.errors import InputError
from anosim.interop import Samples, read_samples

HALF = (0.5e-6, 1e-6, 2.0, 12.5)
TWO = (2e-6, 1e-6, 2.0, 1250.0)


def read(folder: Path, text: str | bytes, encoding: str = "utf-8", **units: str) -> Samples:
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_samples(path, **units)


def rows(found: Samples) -> list[tuple[float, ...]]:
    return [tuple(map(float, row)) for row in zip(*found.points.T, found.times, found.values)]  # noqa: B905


@pytest.mark.parametrize(
    "text",
    [
        "x_um;y_um;t_s;c\n0,50;1,00;2,00;12,50\n2,00;1,00;2,00;1250,00\n",
        "x_um;y_um;t_s;c\n0,5;1;2;12,5\n2;1;2;1.250\n",
        "x_um;y_um;t_s;c\n0,5;1;2;12,5\n2;1;2;1.250,0\n",
        "x_um;y_um;t_s;c\n0,5;1;2;12,5\n2;1;2;1 250\n",
        "x_um;y_um;t_s;c\n0,5;1;2;12,5\n2;1;2;1\u202f250,0\n",
        "x_um;y_um;t_s;c\n0.5;1;2;12.5\n2;1;2;1'250.0\n",
        "x_um;y_um;t_s;c;\n0,5;1;2;1,25E+01;\n2;1;2;1,25e3;\n;;;;\n",
        'x_um,y_um,t_s,c\n"0,5",1,2,"12,5"\n2,1,2,"1250,0"\n',
        'x_um,y_um,t_s,c\n0.5,1,2,12.5\n2,1,2,"1,250"\n',
        "sep=;\nx_um;y_um;t_s;c\n0,5;1;2;12,5\n2;1;2;1250\n",
        'sep=,\r\n"x_um","y_um","t_s","c"\r\n"0.5","1","2","12.5"\r\n"2","1","2","1250"\r\n',
        "x (um)\ty (um)\tt (s)\tc (mol/m^3)\n0,5\t1\t2\t12,5\n2\t1\t2\t1250\n",
        "x_um y_um t_s c\n0,5 1,0 2 12,5\n2,0 1,0 2 1250,0\n",
        "# x_um y_um t_s c\n5.0D-1 1 2 12.5\n2 1 2 1.25D+03\n\n\n# end\n",
        "# made by hand\nx_um,y_um,t_s,c\n0.5,1,2,12.5\n2,1,2,1250\n",
        "x,y,t,c\num,um,s,mol/m^3\n0.5,1,2,12.5\n2,1,2,1250\n",
        "x\ty\tt\tc\n(µm)\t(µm)\t(ms)\t(mmol/L)\n0,5\t1\t2000\t12,5\n2\t1\t2000\t1250\n",
        "x / µm;y / µm;t / s;c / (mol/m³)\n0,5;1;2;12,5\n2;1;2;1250\n",
        "x [µm],y [µm],t [ms],c [mol m⁻³]\n0.5,1,2000,12.5\n2,1,2000,1250\n",
        "X (um),Y (um),Time (s),Concentration (kmol m^-3)\n0.5,1,2,0.0125\n2,1,2,1.25\n",
        "x_um,y_um,t_min,T (K),c_max,c_mM\n0.5,1,2,298,7,12.5\n2,1,2,298,7,1250\n".replace(
            ",2,298", ",0.0333333333333333,298"
        ),
        "Concentration,Points:0,Points:1,Time\n12.5,5e-7,1e-6,2\n1250,2e-6,1e-6,2\n",
        '"Time","c","Points_0","Points_1"\n2,12.5,5e-7,1e-6\n2,1250,2e-6,1e-6\n',
    ],
)
def test_every_notation_has_the_same_values(tmp_path: Path, text: str) -> None:
    assert rows(read(tmp_path, text)) == [pytest.approx(HALF), pytest.approx(TWO)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "x (µm);y (µm);t (s);c (mol/m\u00b3)\r\n0,5;1;2;12,5\r\n2;1;2;1250\r\n"
    assert rows(read(tmp_path, text, encoding)) == [pytest.approx(HALF), pytest.approx(TWO)]


@pytest.mark.parametrize(
    ("header", "times"),
    [
        ("% x  y  c (mol/m^3) @ t=2[h]  c (mol/m^3) @ 2: t=0.5[h]", [7200.0, 1800.0]),
        ("% X Y c (mol/m^3) @ t=2[h] c (mol/m^3) @ t=30[min]", [7200.0, 1800.0]),
        ("% x       y       c (mol/m^3) @ t=2 h       c (mol/m^3) @ t=1.8E3", [7200.0, 1800.0]),
        ("% x,y,c (mol/m^3) @ t=7200,c (mol/m^3) @ t=1800", [7200.0, 1800.0]),
        ("% x  y  c (mol/m^3) @ D=1e-13, t=2[h]  c (mol/m^3) @ D=1e-13, t=0.5[h]", [7200.0, 1800]),
    ],
)
def test_comsol_times(tmp_path: Path, header: str, times: list[float]) -> None:
    text = f"% Model: a.mph\n% Length unit: µm\n{header}\n"
    text += "0.5,1,25,30\n" if "," in header.split("@")[0] else "0.5 1 25 30\n"
    found = read(tmp_path, text, "latin-1")
    assert found.times.tolist() == times
    assert found.values.tolist() == [25.0, 30.0]
    assert found.points == pytest.approx(np.array([[0.5e-6, 1e-6]] * 2), rel=1e-9, abs=0)


@pytest.mark.parametrize("mark", [".", ","])
def test_a_mark_that_nothing_decides_is_refused_or_named(tmp_path: Path, mark: str) -> None:
    text = "x_um;y_um;t_s;c\n1;1;2;1.250\n2;1;2;2.500\n".replace(".", mark)
    with pytest.raises(InputError, match=rf"line [23]: '[12]\{mark}\d+' is .* or (1250|2500)"):
        read(tmp_path, text)
    assert read(tmp_path, text, decimal=mark).values.tolist() == [1.25, 2.5]
    other = "," if mark == "." else "."
    assert read(tmp_path, text, decimal=other).values.tolist() == [1250.0, 2500.0]


def test_decimals_of_three_digits_are_decimals_where_commas_are_apart(tmp_path: Path) -> None:
    assert read(tmp_path, "x,y,c\n1,1,1.250\n").values.tolist() == [1.25]
    assert read(tmp_path, "# x y c\n1 1 1.250\n").values.tolist() == [1.25]
    assert read(tmp_path, "x;y;c\n0.500;1;1.250\n").values.tolist() == [1.25]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y,c\n1,1,25\n1,1,<LOD\n", "line 3: '<LOD' is no number"),
        ("x,y,c\n1,1,25\n1,1,1_000\n", "line 3: '1_000' is no number"),
        ("x,y,c\n1,1,25\n\n1,2 um,30\n", "line 4: '2 um' is no number"),
        ("x,y,c\n1,1,25\n1,1,25+0i\n", "line 3: '25\\+0i' is no number"),
        ("x;y;c\n1;1;12,34,5\n0,5;1;2\n", "line 2: '12,34,5' is no number"),
        ("x;y;c\n1;1;0,5\n1;1;#####\n", "line 3: '#####' is no number"),
        ("x;y;c\n0,5;1;2\n0.5;1;3\n", r"points \(line 3: '0.5'\) and decimal commas \(line 2"),
        ("x,y,c\n1,1,12,5\n", "4 columns, the header has 3: decimal commas need another"),
        ("x,y,c\n1,1,25\n,1,30\n", "line 3: the place is missing"),
        ("x,y,t,c\n1,1,n/a,25\n", "line 2: the time is missing"),
        ("x,y,c\n1,1,inf\n", "line 2: an infinite concentration"),
        ("x y c\n1 1 25\n# t = 5\n1 1 30\n", "line 3: a comment amid the rows"),
        ("1,1,25\n1,1,30\n", "line 1 holds numbers and no header"),
        ("x (mm),y,c\num,um,mM\n1,1,2\n", "line 2: the unit 'um' contradicts"),
        ("% x y c @ k=1 c @ k=2\n1 1 2 3\n", "columns for several k"),
        ("% x y c @ t=1 c @ t=1\n1 1 2 3\n", "which its times do not tell apart"),
        ("x,y,c,c @ t=2\n1,1,2,3\n", "2 columns of c"),
        ("x,y,c (mol)\n1,1,2\n", r"column 'c \(mol\)'"),
        ("x,y,c_max\n1,1,2\n", "no column 'c'"),
        (b"PK\x03\x04 x,y,c", "is no text: save the table as CSV"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize("word", ["NaN", "n/a", "", "#N/A", "-", "-1.#IND"])
def test_rows_without_a_concentration_are_told(tmp_path: Path, word: str) -> None:
    with pytest.warns(UserWarning, match="line 3 has no concentration"):
        found = read(tmp_path, f"x,y,c\n1,1,25\n2,1,{word}\n3,1,30\n")
    assert found.values.tolist() == [25.0, 30.0]
    with pytest.warns(UserWarning, match=r"2 lines \(2, 4\) have"):
        found = read(tmp_path, f"c;x;y\n{word};1;1\n0,5;1;1\n{word};1;2\n")
    assert found.values.tolist() == [0.5]


def test_places_that_paraview_masks_are_told(tmp_path: Path) -> None:
    text = "c,vtkValidPointMask,Points:0,Points:1,Points:2\n0,0,1,1,0\n25,1,2,1,0\n"
    with pytest.warns(UserWarning, match="line 2 has no concentration"):
        found = read(tmp_path, text)
    assert rows(found) == [(2.0, 1.0, 0.0, np.inf, 25.0)]
