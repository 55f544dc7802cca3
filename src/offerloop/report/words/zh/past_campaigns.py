"""Words of the section on past campaigns."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 历史活动
    "past.label": "历史活动",
    "past.none": "历史活动的效果未知",
    "past.none_text": (
        "没有可以判断的历史活动：请提供 campaigns 和 audiences 两个来源，触达和未触达的用户各不少于 50 人。"
        "这样就能看到每个活动真正改变了什么，而不只是容易误导的朴素差异。"
    ),
    "past.intro": (
        "朴素差异直接比较触达用户和其他用户。它不是效果：活动本来就发给消费高的人。双重差分比较两组用户每周消费的变化。"
        "安慰剂检验在活动之前的两个时期之间做同样的比较，这时应当什么都看不到。"
    ),
    "past.judged": "有 {n} 个活动可以判断；在数据开始之前启动、或任一组不足 50 人的活动没有列出。",
    "past.cut": "数据不足以覆盖完整窗口的情况：",
    "past.message": (
        "触达用户每周比其他人多消费 {low} 至 {high}，但他们之前就是如此：规模最大的 {n} 个活动中，"
        "有 {unproven} 个看不出变化"
    ),
    "past.title.none": "没有一个历史活动之前有足够的天数来计算双重差分",
    "past.title": "考虑到以前的消费之后，每周消费的差异缩小到 {low} 至 {high} 之间",
    "past.campaign": "活动 {name}（{n}）",
    "past.naive": "朴素差异",
    "past.adjusted": "双重差分",
    "past.placebo": "安慰剂检验",
    "past.measure": (
        "每周消费的差异（{currency}/人），触达用户减其他用户，附 95% 区间；触达人数最多的 {n} 个活动，括号内为触达人数"
    ),
    "past.says": "活动 {name}：朴素差异 {naive}，双重差分 {adjusted}",
    "past.drift": (
        "在做了安慰剂检验的 {all} 个活动中，有 {n} 个（{names}）的结果偏离零：触达用户的消费在活动之前就已走势不同，"
        "因此它们的双重差分也不干净。只有随机留出的用户才能说明活动的作用；每份计划都会保留一些这样的用户。"
    ),
    "past.clear": ("{all} 个活动中有 {n} 个{found}的双重差分在区间之外偏离零；仅凭偶然也会有约 {chance} 个。"),
    "past.found": "（{names}）",
    "past.clear_drift": "其中 {names} 的安慰剂检验也偏离零。",
    "past.note": "活动 {name}：{note}",
    "past.notes": "活动 {names}：{note}",
    "past.no_figure": "无数据",
    "past.reached": (
        "首次触达用户带来了什么改变？首次被某类活动触达的用户，只与当时尚未触达的用户比较，绝不与更早触达的用户比较。"
        "安慰剂检验偏离零，说明两组此前的走势就不同。"
    ),
    "past.reached.table": "首次触达起八周内：每位用户每周消费，95% 区间",
    "past.reached.type": "活动类型",
    "past.reached.n": "触达人数",
    "past.reached.effect": "效果",
    "past.table": "全部可以判断的活动：人均每周消费，95% 区间",
    "past.column.campaign": "活动",
    "past.column.period": "时期",
    "past.column.targeted": "触达人数",
    "past.column.others": "其他人数",
    "past.column.naive": "朴素差异（不是效果）",
}
