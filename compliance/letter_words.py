"""The words of letters for codes, in each language that letters are written in. Letters are legal texts: written whole
in each language, and kept apart from the words of pages, so that an old one can be made again as it was."""

from registry.reasons import REASONS

#: Which violation was found, as a letter says it.
CODES_ZH = {
    "company_not_licensed": "公司（或其所代理的销售方）没有有效的外呼许可",
    "sector_not_licensed": "公司（或其所代理的销售方）没有该行业的外呼许可",
    "caller_not_registered": "主叫号码未登记在该公司名下",
    "opted_out_of_company": "用户已明确拒绝该公司来电",
    "opted_out_of_all": "用户已拒绝一切营销电话",
    "opted_out_of_sector": "用户已拒绝该行业的营销电话",
    "opted_out_of_channel": "用户已拒绝该方式的营销来电",
    "consent_missing": "没有用户同意的记录",
    "consent_expired": "用户的同意已到期",
    "consent_revoked": "用户已撤回同意",
    "consent_disputed": "用户否认作出过同意",
    "consent_unconfirmed": "用户尚未确认同意",
    "consent_not_for_channel": "用户的同意不包括该来电方式",
    "number_reassigned": "号码在同意之后已转归他人使用",
    "outside_calling_hours": "在允许外呼的时段之外拨打",
    "closed_day": "在不允许外呼的日期拨打",
    "attempts_exceeded": "拨打次数超过允许的上限",
    "no_check": "拨打前未向登记平台核查",
    "check_expired": "核查结果失效后拨打",
    "called_after_deny": "登记平台已答复不得拨打，仍然拨打",
    "caller_mismatch": "实际主叫号码与核查时不一致",
    "call_unreported": "有来电而公司的通话记录中没有",
    "consent_backdated": "同意在来电之后才补录",
    "attempts_exceeded_in_calls": "实际拨打次数超过允许的上限",
    "short_calls": "短时挂断来电的比例异常",
    "abandoned_calls": "接通后无人应答的来电超过允许的比例",
}
CODES = {
    "en": {code: reason.detail.rstrip(".") for code, reason in REASONS.items()},
    "zh-hans": CODES_ZH,
}
SECTORS = {
    "en": {
        "insurance": "insurance",
        "finance": "finance",
        "real_estate": "real estate",
        "education": "education and training",
        "health": "health",
        "consumer_goods": "consumer goods",
        "telecom_it": "telecommunications and IT",
        "travel": "travel",
        "food": "food",
        "other": "other sectors",
    },
    "zh-hans": {
        "insurance": "保险",
        "finance": "金融",
        "real_estate": "房地产",
        "education": "教育培训",
        "health": "医疗健康",
        "consumer_goods": "消费品",
        "telecom_it": "电信与信息技术",
        "travel": "旅游",
        "food": "餐饮食品",
        "other": "其他行业",
    },
}
PENALTIES = {
    "en": {
        "none": "No violation was found",
        "warning": "Warning",
        "order_correct": "Order to correct",
        "fine": "Fine",
        "suspend_new_outbound": "Suspension of outbound sales calls for a time",
        "stop_new_outbound": "End of outbound sales calls",
    },
    "zh-hans": {
        "none": "未发现违规",
        "warning": "警告",
        "order_correct": "责令改正",
        "fine": "罚款",
        "suspend_new_outbound": "在一定期限内暂停营销外呼",
        "stop_new_outbound": "停止营销外呼",
    },
}
REVIEWS = {
    "en": {
        "upheld": "The decision is upheld",
        "penalty_lifted": "The penalty is lifted; the finding stands",
        "annulled": "The decision is annulled, and the violations are dismissed",
    },
    "zh-hans": {
        "upheld": "维持原决定",
        "penalty_lifted": "撤销处罚，违规认定维持不变",
        "annulled": "撤销原决定，违规认定一并撤销",
    },
}
