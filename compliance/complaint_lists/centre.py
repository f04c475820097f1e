"""Complaints as a reporting centre such as 12321 hands them on: a CSV with Chinese or English column names.

The centre publishes no layout of its own; these columns are what its form asks for. Each complaint has the centre's id.
"""

from datetime import timedelta

from compliance.complaint_lists.entries import Entry, Reading, caller_of, number_of, time_of, yes_or_no
from compliance.complaints import MAX_TEXT
from compliance.models.complaints import CATEGORIES, VOICES
from registry.codes import SECTORS
from registry.lists.rows import Fault

ZONE, REGION = "Asia/Shanghai", "CN"
JURISDICTION = None
REQUIRED = ("complaint_id", "filed_at", "caller", "called_at", "category")
OPTIONAL = ("number", "sector", "voice", "said_no", "company", "text")
#: Chinese names of the columns.
NAMES = {
    "举报编号": "complaint_id",
    "举报时间": "filed_at",
    "被举报号码": "caller",
    "举报人号码": "number",
    "来电时间": "called_at",
    "举报类别": "category",
    "行业": "sector",
    "语音方式": "voice",
    "曾拒绝": "said_no",
    "企业名称": "company",
    "举报内容": "text",
}
#: How far off a time is that somebody told a centre.
TOLERANCE = timedelta(hours=1)

#: Chinese words for the codes; a cell that holds one of them is read as the code. The codes themselves are read too.
_CATEGORIES = {
    "违法": "illegal",
    "诈骗": "illegal",
    "犯罪": "illegal",
    "恶意": "malicious",
    "骚扰": "malicious",
    "商业": "commercial",
    "营销": "commercial",
    "推销": "commercial",
}
_SECTORS = {
    "保险": "insurance",
    "金融": "finance",
    "贷款": "finance",
    "理财": "finance",
    "信用卡": "finance",
    "证券": "finance",
    "房": "real_estate",
    "装修": "real_estate",
    "教育": "education",
    "培训": "education",
    "医": "health",
    "保健": "health",
    "美容": "health",
    "通信": "telecom_it",
    "网络": "telecom_it",
    "旅游": "travel",
    "餐饮": "food",
    "其他": "other",
}
_VOICES = {"人工": "person", "真人": "person", "机器": "recording", "录音": "recording", "不确定": "unsure"}
_REFERENCE_LENGTH = 80
_COMPANY_LENGTH = 200


def read(line: int, cells: dict[str, str], reading: Reading, occurrence: int) -> Entry:
    """The complaint of a row. Raises `Fault`."""
    reference = cells["complaint_id"].strip()
    if not reference or len(reference) > _REFERENCE_LENGTH:
        raise Fault(
            "complaint_id_malformed", f"An id of 1 to {_REFERENCE_LENGTH} characters is needed", reference
        )
    filed_at = time_of(cells["filed_at"], "filed_at", reading)
    return Entry(
        line=line,
        reference=reference,
        number=number_of(cells["number"], reading),
        caller=caller_of(cells["caller"], reading),
        called_at=time_of(cells["called_at"], "called_at", reading)
        if cells["called_at"].strip()
        else filed_at,
        tolerance=TOLERANCE if cells["called_at"].strip() else timedelta(days=1),
        filed_at=filed_at,
        category=_code(cells["category"], CATEGORIES, _CATEGORIES, "category", None),
        sector=_code(cells["sector"], SECTORS, _SECTORS, "sector", "other"),
        voice=_code(cells["voice"], VOICES, _VOICES, "voice", "unsure"),
        said_no=yes_or_no(cells["said_no"], "said_no"),
        company_named=cells["company"].strip()[:_COMPANY_LENGTH],
        text=cells["text"].strip()[:MAX_TEXT],
    )


def key(cells: dict[str, str]) -> str:
    """What rows of the same complaint have in common."""
    return cells["complaint_id"].strip()


def _code(
    text: str, known: tuple[str, ...], words: dict[str, str], column: str, otherwise: str | None
) -> str:
    """The code of a cell, or `otherwise` for an empty one. Raises `Fault`."""
    word = text.strip().lower()
    if not word and otherwise is not None:
        return otherwise
    if word in known:
        return word
    found = next((code for part, code in words.items() if part in word), None)
    if found is None:
        raise Fault(f"{column}_unknown", f"Known are: {', '.join((*known, *words))}", text)
    return found
