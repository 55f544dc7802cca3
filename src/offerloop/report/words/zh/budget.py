"""简体中文:预算、预算曲线与价格、人人同一折扣."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 预算
    "budget.label": "预算",
    "budget.bound": "{title}：按选择方案所用的估计，任何不超预算的方案都不会超过 {bound}；这一方案至多差 {gap}。",
    "budget.overspend": "{title}：若所有估计都正确，核销成本超过预算的概率为 {chance}。",
    "budget.basis.liability": "预算口径“最大负债”：每份优惠按可能花费的最大值计入，因此无论用户怎么做都不会超预算。",
    "budget.basis.expected": "预算口径“预期成本”：每份优惠按预期成本计入，因此只是平均不超预算。",
    "budget.not_drawn": "未绘制：{titles}；它们的曲线见本次运行的数据表 budget_curve。",
    "budget.campaign": "“{title}”：{text}",
    "budget.left": "计划使用了预算 {budget} 中的 {used}；再增加预算不会带来任何收益（预算影子价格为 0）。",
    "budget.gain": (
        "预算已用完。按选择计划所用的估计，预算再增加 {more}，增量利润会增加 {gain}（预算影子价格 {price}）。"
    ),
    "budget.held_out": (
        "预算已用完。按标记处的留出检验曲线，预算再增加 {more}，增量利润约变化 {gain}"
        "（按选择计划所用的估计，预算影子价格为 {price}）。"
    ),
    "budget.assumed": "预算已用完。如果假设成立，预算再增加 {more}，增量利润约增加 {gain}。",
    "budget.no_effect": "其优惠的效果都未知，因此没有可以花预算的地方。",
    "budget.message.unknown": "效果未知，预算就没有可花之处",
    "budget.message.none": "无论预算多少，都找不到划算的优惠",
    "budget.message.never": "无论预算多少，“{title}”都不划算",
    "budget.message.enough": "“{title}”的预算高于划算的范围：{stop} 就够了",
    "budget.message.limit": "限制“{title}”的是预算：增加预算会带来更多增量利润",
    "budget.message.used": "“{title}”的预算已用完；没有证据表明增加预算会带来更多增量利润",
    "budget.title": "{title}：{finding}",
    "budget.finding.loses": "预算只要高于零就会亏损",
    "budget.finding.stops": "计划在 {stop} 处停止，预算没有用完",
    "budget.reached": "约 {profit}（预算 {budget}，预期成本 {spend}）",
    "budget.finding.highest": "增量利润最高为{reached}；再增加预算不会提高",
    "budget.finding.real": "增量利润可增至{reached}；相对于 {budget} 的增加是真实的",
    "budget.finding.not_shown": "增量利润可增至{reached}；相对于 {budget} 的增加尚无证据",
    "budget.finding.assumed": "增量利润可增至{reached}",
    "budget.stop": "停止点：{stop}",
    "budget.mark": "预算：{budget}",
    "budget.measure": "一周的增量利润（留出检验，{currency}），按预算，阴影为 95% 区间；超过停止点后，估计没有优惠划算",
    "budget.measure_assumed": (
        "假设成立时一周的增量利润（{currency}），按预算；虚线：属于假设，没有区间；超过停止点后，按假设没有优惠划算"
    ),
    "budget.axis.liability": "预算（{noun}的最大负债）",
    "budget.axis.expected": "预算（{noun}的预期成本）",
    "budget.table": "预算与增量利润（留出检验），{title}",
    "budget.column.budget": "预算",
    "budget.column.customers": "用户数",
    "budget.column.spend": "预期成本",
    "budget.column.profit": "增量利润 [95% 区间]",
    # 活动之间的共同限制
    "order.jointly": (
        "所有营销活动一起求解。与按配置中的先后顺序依次求解相比，增量利润的变化为 {gain}。"
        "每条曲线只针对一个活动，且只包含没有被其他活动选中的用户。"
    ),
    "order.no_difference": (
        "所有营销活动一起求解。如果按配置中的先后顺序依次求解，增量利润相同。"
        "每条曲线只针对一个活动，且只包含没有被其他活动选中的用户。"
    ),
    "order.kept": (
        "营销活动保留配置中的先后顺序：按选择方案所用的估计，依次求解后发出的方案比一起求解的带来更多增量利润。"
    ),
    "order.in_order": (
        "营销活动按配置中的先后顺序依次求解。如果一起求解（plan.campaigns），增量利润的变化为 {gain}，"
        "这就是先后顺序的代价。"
    ),
    "order.costs_nothing": "营销活动按配置中的先后顺序依次求解。一起求解也不会带来更多增量利润。",
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
    "uniform.floor": "在 {all} 种折扣中，有 {n} 种不予考虑：由我们承担的部分超过毛利，价格会低于成本。",
    "uniform.more": "其余 {n} 个品类见本次运行的数据表 uniform_depths。",
    "uniform.table": "各品类的最佳统一折扣，{title}：按估计选择，利润为留出检验",
    "uniform.table_assumed": "各品类的最佳统一折扣，{title}：按假设",
    "uniform.column.category": "品类",
    "uniform.column.depth": "最佳深度",
    "uniform.column.customers": "用户数",
    "uniform.column.spend": "预期成本",
    "uniform.column.profit": "增量利润 [95% 区间]",
    "uniform.everything": "全部商品",
}
