"""简体中文:预算、预算曲线与价格、人人同一折扣."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 预算
    "budget.basis.liability": "预算口径“最大负债”：每份优惠按可能花费的最大值计入，因此无论用户怎么做都不会超预算。",
    "budget.basis.expected": "预算口径“预期成本”：每份优惠按预期成本计入，因此只是平均不超预算。",
    "budget.finding.loses": "预算只要高于零就会亏损",
    "budget.finding.stops": "计划在 {stop} 处停止，预算没有用完",
    "budget.finding.highest": "增量利润最高为{reached}；再增加预算不会提高",
    "budget.finding.real": "增量利润可增至{reached}；相对于 {budget} 的增加是真实的",
    "budget.finding.not_shown": "增量利润可增至{reached}；相对于 {budget} 的增加尚无证据",
    "budget.finding.assumed": "增量利润可增至{reached}",
    "budget.axis.liability": "预算（{noun}的最大负债）",
    "budget.axis.expected": "预算（{noun}的预期成本）",
    "budget.column.budget": "预算",
    "budget.column.customers": "用户数",
    "budget.column.spend": "预期成本",
    "budget.column.profit": "增量利润 [95% 区间]",
    # 活动之间的共同限制
    "limits.table": "每个限制的代价：取消该限制后的增量利润减去本方案的增量利润（留出检验，一周）",
    "limits.column.limit": "限制",
    "limits.column.at_most": "上限",
    "limits.column.used": "已用",
    "limits.column.price": "每增加一个单位带来",
    "limits.column.gain": "取消后增加的增量利润 [95% 区间]",
    "limits.campaign": "“{title}”的预算",
    "limits.offers": "“{title}”中优惠 {name} 的预算",
    "limits.team": "团队 {name} 的预算",
    "limits.total": "全部营销活动的总预算",
    "limits.contacts": "触达人数",
    "limits.channel": "渠道 {name} 的触达人数",
    "limits.gain_unknown": "未计算",
    "limits.not_computed": (
        "这里没有计算取消每个限制后的增量利润：用户太多，为每个限制重新求解耗时过长。每增加一个单位带来多少是已知的。"
    ),
    # 统一折扣
    "uniform.text": (
        "统一折扣，“{title}”：发给所有相关用户时，在 {all} 个品类中，"
        "有 {clear} 个品类的最佳深度带来的增量利润高于不打折，且区间不含零；按估计，有 {none} 个品类以不打折为最佳。"
    ),
    "uniform.text_assumed": "统一折扣，“{title}”：如果假设成立，在 {all} 个品类中，有 {some} 个品类打折优于不打折。",
    "uniform.table": "各品类的最佳统一折扣，{title}：按估计选择，利润为留出检验",
    "uniform.table_assumed": "各品类的最佳统一折扣，{title}：按假设",
    "uniform.column.category": "品类",
    "uniform.column.depth": "最佳深度",
    "uniform.column.customers": "用户数",
    "uniform.column.spend": "预期成本",
    "uniform.column.profit": "增量利润 [95% 区间]",
}
