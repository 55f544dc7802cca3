"""简体中文:折扣会改变什么、简单规则、谁得到什么、证据的局限."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 折扣会改变什么
    "response.none_assumed": (
        "这份计划的效果是商家自己的假设，即配置中写明的核销概率和每次核销带来的增量。这里没有任何内容用用户的实际行为"
        "检验过。"
    ),
    "response.none_unknown": "配置中也没有假设任何效果，因此无法制定计划。",
    "response.intro": (
        "这里没有从随机投放的优惠中学到任何效果。折扣的作用是从商家对所有人降低货架价格的那些周里学到的，再推及优惠券。"
        "这要求以下各点成立："
    ),
    "response.intro_others": (
        "其他优惠的随机投放次数不够。它们的作用是从商家对所有人降低货架价格的那些周里学到的，再推及优惠券。"
        "这要求以下各点成立："
    ),
    "response.intro_beside": (
        "商家对所有人降低货架价格的那些周也作了研究。这里没有优惠以此计入：它只说明没有随机投放时能知道什么。"
        "要能代表优惠券，以下各点须成立："
    ),
    # 随机投放的优惠
    "shown.message": "随机投放的优惠说明了它们的作用：{all} 种中有 {n} 种明确改变了用户带来的毛利",
    "shown.message.none": "随机投放的优惠说明了它们的作用：{all} 种中没有一种明确改变用户带来的毛利",
    "shown.later.lasts": (
        "优惠的作用会延续：除自身窗口内的效果外，以后的窗口中还有其 {share}。计划已计入，"
        "因此其价值是下一窗口及其后续的价值。"
    ),
    "shown.later.taken": (
        "优惠使购买提前：自身窗口内效果的 {share} 在以后的窗口中又失去。计划已计入，"
        "因此其价值是下一窗口及其后续的价值。"
    ),
    "shown.column.offer": "优惠",
    "shown.column.shown": "投放次数",
    "shown.column.value": "增量毛利",
    "shown.column.discount": "核销的折扣",
    "shown.column.redeemed": "核销比例",
    "shown.apart": (
        "哪些用户响应更强，由“{estimator}”判断：{meaning}。它是在没有见过的用户上选出的；"
        "偶然无法区分的几种方法中，采用最简单的一种。"
    ),
    "shown.apart.alone": "哪些用户响应更强，由“{estimator}”判断：{meaning}。",
    "shown.estimator.outcome": "优惠按相同的比例改变每位用户原本会购买的数额",
    "shown.estimator.growth": (
        "优惠使每位用户原本会购买的数额按一定比例增长，该比例取决于折扣深度、对用户的了解和用户自己的过去，"
        "以记录所支持的为限；更深的折扣不会带来更少的购买"
    ),
    "shown.estimator.ridge_t": "对每种优惠之后的购买各建一个线性模型，效果为两者之差",
    "shown.estimator.dr_learner": "直接对效果建立的线性模型，由双重稳健的差值学得",
    "shown.estimator.r_learner": "扣除原本预期的购买之后，对余下部分建立的线性模型",
    "shown.estimator.structured": "交替使用的提升树，分别描述用户原本会买什么、优惠如何改变它",
    "shown.estimator.s_learner": "一个提升树模型，优惠是其中的一列",
    "assume.coupon": (
        "优惠券的作用与同样深度的货架降价相同。实际未必如此：优惠券要被注意到、被留下来，而且是针对个人的。"
    ),
    "assume.stores": "用户自己选择门店和购买的商品；一位用户看到降价而另一位没有看到，并不是抽签的结果。",
    "assume.mailers": (
        "降价往往伴随着传单和陈列。设计 A 包含它们的作用，是上限；设计 B 尽可能排除了它们，是实际采用的数字。"
    ),
    "assume.list": "每个订单行的标价金额以数据来源为准；它和毛利率一样，是配置中的假设。",
    "assume.maximum": "如果优惠券的最高优惠额低于通常购物金额按比例应减的数额，则按较小的深度计算。",
    "assume.margin": (
        "毛利率按扣除通常的货架折扣之后计，这里为标价金额的 {usual}；如果增加的销量也带有这些折扣，剩下的就更少。"
    ),
    "assume.deep": (
        "优惠的深度最大为 {deepest}；在全部品类的用户品类周中，有 {weeks} 出现过这一深度区间或更深的货架折扣。"
        "优惠券叠加在货架折扣之上，两者之和可能超出观察到的范围。"
    ),
    "assume.beyond": "优惠的深度最大为 {deepest}，比见过的都深：这一部分属于外推。",
    "curve.column.depth": "折扣深度",
    "curve.column.points": "百分点 [95% 区间]",
    "curve.column.share": "占用户品类周",
    "slopes.column.outcome": "结果",
    "slopes.column.b": "设计 B（采用）",
    "slopes.column.mean": "相对于均值",
    "slopes.column.a": "设计 A（上限）",
    "checks.column.check": "检验",
    "checks.column.expected": "预期",
    "checks.column.found": "结果 [95% 区间]",
    "checks.column.verdict": "结论",
    "checks.passed": "✓ 通过",
    "checks.failed": "✗ 未通过",
    "checks.shown": "– 仅供参考",
    "deciles.column.tenth": "组",
    "deciles.column.predicted": "预测",
    "deciles.column.realised": "实际 [95% 区间]",
    "deciles.column.pairs": "用户品类对",
    # 简单规则
    "rules.none": "没有可以比较的计划：估计没有一种优惠划算",
    "rules.none_known": "没有可以比较的计划：没有数据表明优惠的效果",
    "rules.beaten.1": "简单规则",
    "rules.beaten.2": "两种简单规则",
    "rules.beaten.3": "三种简单规则",
    "rules.beaten": "{n} 种简单规则",
    "rules.finding.better": "“{rule}”更好",
    "rules.finding.less_loss": "“{rule}”亏得更少",
    "rules.measure": "一周的增量利润（留出检验，{currency}），与什么都不做相比，95% 区间；预期成本 {spend}",
    "rules.measure_assumed": (
        "假设成立时一周的增量利润（{currency}），与什么都不做相比；空心：属于假设，没有区间；预期成本 {spend}"
    ),
    "rules.table": "计划与简单规则，{title}；95% 区间",
    "rules.table_assumed": "计划与简单规则，{title}；属于假设，没有区间",
    "rules.column.rule": "规则",
    "rules.column.customers": "用户数",
    "rules.column.spend": "预期成本",
    "rules.column.profit": "增量利润",
    "rules.column.lead": "计划领先",
    # 谁得到什么
    "who.column.what": "优惠对象",
    "who.column.depth": "折扣深度",
    "who.column.customers": "用户数",
    "who.column.share": "占发放的优惠",
    "who.title": "{share} 的优惠为{depth}；“{top}”得到最多",
    "who.title_other": "{share} 的优惠不按百分比打折；“{top}”得到最多",
    "who.anyway": (
        "这些优惠让出的折扣中，约 {share} 落在原本就会发生的购买上（留出检验，由货架价格推算）。"
        "这是不知道谁会自然转化所付出的代价。"
    ),
    "who.anyway_some": (
        "在效果由货架价格推算的那些优惠让出的折扣中，约 {share} 落在原本就会发生的购买上（留出检验，由货架价格推算）。"
    ),
    "who.audience.table": "各人群及其得到的优惠",
    "who.audience.name": "人群",
    "who.audience.customers": "用户数",
    "who.audience.offers": "按计划得到优惠",
    "who.audience.share": "占该人群",
    "who.arm.plan": "按计划执行",
    "who.arm.explore": "由抽签决定",
    "who.arm.holdback": "优惠被随机留出",
    "who.arm.usual": "沿用现行做法",
    "who.arm.holdout": "从不得到优惠（长期留出组）",
    "who.column.arm": "用户",
    "who.column.part": "其中",
    "who.column.of_all": "占全部用户",
    "why_none.holdout": "长期留出组",
    "why_none.held_back": "本期随机暂不发放",
    "why_none.usual": "现行做法不发放",
    "why_none.lot": "由抽签决定",
    "why_none.best_profit": "预算内增量利润最高",
    "why_none.no_campaign_pays": "没有营销活动划算",
    "why_none.no_effect_known": "没有数据表明任何优惠的效果",
    "why_none.no_consent": "用户未同意个性化优惠",
    "why_none.outside": "不在任何营销活动的人群中",
    "why_none.no_basis": "近期没有可供判断的购买",
    "why_none.no_offer_pays": "没有一种优惠对该用户划算",
    "why_none.budget_spent": "预算用在了回报更高的地方",
    "audit.left_one": "有一个群体不足 {least} 人，没有列出。",
    "audit.left": "有 {n} 个群体不足 {least} 人，没有列出。",
    "audit.column.attribute": "属性",
    "audit.column.group": "群体",
    "audit.column.customers": "用户数",
    "audit.column.rate": "发放率",
    "audit.column.depth": "平均深度",
    "audit.differs": "{all} 个群体中有 {n} 个与这 {rate} 不同：{names}",
    "audit.differ": "{all} 个群体中有 {n} 个与这 {rate} 不同：{names}",
    # 局限
    "limits.label": "证据的局限",
    "limits.message": "这是有待检验的预测，不是证明：哪些因素可能使它出错",
    "limits.message_assumed": "这是有待检验的假设，不是结论：哪些因素可能使它出错",
    "limits.message_trust": "这是假设，而不是结论：哪些情况会使它不成立",
    "limits.random": "没有从随机投放的优惠中学到任何效果：在带有留出组的活动运行之前，所有效果都只是预测。",
    "limits.random_others": ("随机投放次数不够的优惠以货架价格计入：在带有留出组的活动运行之前，它们的效果只是预测。"),
    "limits.random_assumed": (
        "既没有从数据中、也没有从随机投放的优惠中学到任何效果：在带有留出组的活动运行之前，计划依据的是商家自己的假设。"
    ),
    "limits.estimated": ("由随机投放的优惠估计的效果，只适用于与投放时相似的用户和时期，而且日志中的概率必须正确。"),
    "limits.estimated_window": (
        "一次投放计 {days} 天，或计到该用户的下一次投放为止：从以后提前的购买算作增量，以后的变化则不计。"
    ),
    "limits.estimated_intervals": (
        "凡是估计的效果，区间包含每种优惠平均增量毛利及其在用户之间分布的不确定性，"
        "既不包含核销折扣的不确定性，也不包含下一周的运气；谁的响应更强，不如平均值那样确定。"
    ),
    "limits.assumed_interval": "假设没有区间：这里没有任何内容能说明它偏差多大，甚至方向是否正确。",
    "limits.some_assumed": (
        "有些优惠以商家自己的假设计入；它们的数字没有区间，包含它们的计划的区间也只反映其他优惠的不确定性。"
    ),
    "limits.intervals": (
        "区间包含平均响应及其在用户之间分布的不确定性，不包含下一周的运气，也不包含货架价格能否代表优惠券。"
    ),
    "limits.shelf": (
        "货架价格必须能代表优惠券，尽管用户自己选择门店，传单又随降价一起出现；设计 A 显示了包含这些因素时效果可能有"
        "多大。"
    ),
    "limits.test": (
        "一周后的回读将比较 {treated} 位得到优惠的用户和 {held} 位被留出的用户：按前一周的波动推算，"
        "毛利合计变化达到 {detectable} 以上时，100 次中有 80 次能显示出来，更小的变化则更难显示。"
    ),
    "limits.test_small": (
        "本计划的回读显示不出任何结果：{treated} 位用户得到计划的优惠，{held} 位被留出，"
        "而比较要求每一侧至少 {least} 位，其中 {buyers} 位在该周购买；"
        "请增大 experiment.holdout，为更多用户制定计划，或读出更长的时期。"
    ),
    "limits.margin_costs": "毛利率由单位成本得出，能按品类计算的按品类，总体为 {margin}；标价有误，折扣深度就有误。",
    "limits.margin": "毛利率按标价的 {margin} 假设，所有商品相同；标价有误，折扣深度就有误。",
    "limits.maximum": "优惠券的最高优惠额按通常的购物金额计算，而不是按每一种可能的情况。",
    "limits.failed": "未通过的检验：{names}。",
    "limits.pulled": "增加的件数中约 {share} 只是提前购买；一周的预测把它算作增量。",
    "limits.halves": (
        "用一半用户的模型预测出的差异，在另一半用户中为 {low} 至 {high} 倍（共 {n} 个半组）；1 为最佳。"
        "谁的响应更强，不如平均响应那样确定。"
    ),
    "limits.single": "单个用户的区间是粗略的；检验过的是十分组和整个计划的区间。",
    "limits.unknown": "没有数据表明有些优惠（{kinds}）的效果：它们只通过抽签发放。",
    "limits.unknown_none": "没有数据表明这些优惠（{kinds}）的效果：任何计划都不能依靠它们。",
    "limits.past": "历史活动不是抽签决定的；安慰剂检验偏离零时，双重差分也不干净。",
    "limits.note": "关于数据：{note}",
    "limits.how": (
        "如何得知真相：按原样发放计划，包括留出组和抽签，等一周结束后比较各组。这一比较不需要上述任何假设。"
    ),
    "kind.coupon": "优惠券",
    "kind.spend_and_save": "满减",
    "kind.flash_sale": "限时抢购",
}
