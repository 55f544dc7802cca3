"""简体中文:折扣会改变什么、简单规则、谁得到什么、证据的局限."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 折扣会改变什么
    "response.label": "折扣会改变什么",
    "response.none": "这些数据无法说明折扣会改变什么",
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
    "shown.intro": (
        "用户看到哪种优惠、或有意不投放，是随机决定的，因此得到与没有得到的用户只因运气而不同。"
        "计入 {times} 次投放和 {nothing} 次不投放。其依据是："
    ),
    "shown.rests.chance": "每种优惠被选中的概率以日志为准；如果概率有误，效果也就有误。",
    "shown.rests.window": (
        "一次投放从当天起计 {days} 天，或计到该用户的下一次投放为止；下一次投放的时间不得取决于其间的购买。"
        "从以后提前的购买也算作增量。"
    ),
    "shown.rests.between": "本身投放不够，但深度介于两种投放过的优惠之间，其效果也取两者之间：{names}。",
    "shown.rests.longer": "计划为期一周：它把一次投放在 {days} 天内的变化当作这一周的变化。",
    "shown.rests.cost": "增量毛利是扣除优惠成本之前的。折扣是实际核销的数额，不论由谁承担。",
    "shown.rests.halves": (
        "一半用户的计划由另一半用户的模型来选择，再由这一半用户自己的结果来估值，因此一半的运气帮不了另一半。"
    ),
    "shown.rests.drawn": (
        "记录不足以确定的部分，效果向事先认为可能的大小收缩。它们有多准确，由留出的用户来检验，预测也据此计算。"
    ),
    "shown.later.none": (
        "没有迹象表明以前的优惠仍有影响：以后各窗口中的后续作用为优惠自身窗口内效果的 {share}，偶然也会如此。"
        "计划已计入这一部分。"
    ),
    "shown.later.lasts": (
        "优惠的作用会延续：除自身窗口内的效果外，以后的窗口中还有其 {share}。计划已计入，"
        "因此其价值是下一窗口及其后续的价值。"
    ),
    "shown.later.taken": (
        "优惠使购买提前：自身窗口内效果的 {share} 在以后的窗口中又失去。计划已计入，"
        "因此其价值是下一窗口及其后续的价值。"
    ),
    "shown.title": "区间不包含零的优惠：{names}",
    "shown.title.none": "每种优惠的增量毛利的区间都包含零",
    "shown.measure": (
        "一次投放在 {days} 天内的平均增量毛利（{currency}），扣除优惠成本之前，与有意不投放相比；95% 区间{rest}"
    ),
    "shown.rest": "；{all} 种优惠中投放最多的 {n} 种",
    "shown.table": "一次投放在 {days} 天内的变化，与 {nothing} 次不投放相比：均值及 95% 区间；核销比例没有区间",
    "shown.column.offer": "优惠",
    "shown.column.shown": "投放次数",
    "shown.column.value": "增量毛利",
    "shown.column.discount": "核销的折扣",
    "shown.column.redeemed": "核销比例",
    "shown.chance": "{all} 个区间中有 {n} 个不包含零；如果没有一种优惠有作用，仅凭偶然也会有约 {chance} 个。",
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
    "response.message.pays": (
        "折扣每加深十个百分点，每周购买概率约提高 {careful} 个百分点，按最宽松的读法为 {upper} 个："
        "在 {margin} 的毛利率下足以回本"
    ),
    "response.message.too_little": (
        "折扣每加深十个百分点，每周购买概率约提高 {careful} 个百分点，按最宽松的读法为 {upper} 个："
        "在 {margin} 的毛利率下不足以回本"
    ),
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
    "curve.table": "每周购买概率的变化，按用户自己常买商品的折扣深度",
    "curve.column.depth": "折扣深度",
    "curve.column.points": "百分点 [95% 区间]",
    "curve.column.share": "占用户品类周",
    "curve.base": "0（其他各档的比较基准）",
    "curve.measure": (
        "每周购买概率的变化（百分点），平均为 {base}，按货架折扣的深度；与低于 5% 的折扣相比，附 95% 区间"
    ),
    "curve.axis": "货架折扣",
    "curve.title.none": "没有一种折扣深度明确地改变购买概率",
    "curve.title": "{deepest} 或更深的折扣使购买概率变化 {effect}；低于 {clear} 时看不出明确的变化",
    "slopes.table": "折扣每加深十个百分点的变化，每个用户品类对、每周（用户品类对：B {b} 个，A {a} 个）",
    "slopes.column.outcome": "结果",
    "slopes.column.b": "设计 B（采用）",
    "slopes.column.mean": "相对于均值",
    "slopes.column.a": "设计 A（上限）",
    "response.break_even": (
        "对所有人打折要能回本，按设计 B 需要 {margin_b} 的毛利率，按设计 A 需要 {margin_a}；商家按{margin}计划。"
        "在这一毛利率下，供应商需要承担每份折扣的 {share_b}（B）或 {share_a}（A）。优惠券还会对该品类的全部购买让利，"
        "包括原本就会买的部分，而且是为单个用户规划的，因此本报告首图给出的比例与此不同。"
    ),
    "checks.table": "如果设计 B 测到了它声称的东西，下列各项应当成立；数值为折扣加深十个百分点的变化",
    "checks.column.check": "检验",
    "checks.column.expected": "预期",
    "checks.column.found": "结果 [95% 区间]",
    "checks.column.verdict": "结论",
    "checks.passed": "✓ 通过",
    "checks.failed": "✗ 未通过",
    "checks.shown": "– 仅供参考",
    "checks.on": "{check}（{outcome}）",
    "checks.on_found": "{check}（{outcome}，{found}）",
    "checks.verdict": "{judged} 项有结论的检验中，{passed} 项通过。",
    "checks.verdict_failed": "未通过：{names}。这里显示的效果可能有一部分是早已存在的趋势。",
    "checks.pulled": "增加的件数中约 {share} 在下一周消失：只是提前购买，并没有多买。",
    "deciles.measure": (
        "折扣加深十个百分点时每周购买概率的变化（百分点），按预测响应分为十组（共 {n} 个用户品类对）；"
        "圆点及 95% 区间：实际，空心菱形：预测"
    ),
    "deciles.axis": "用户品类对，按预测响应分为十组",
    "deciles.average": "本检验的平均值 {average}",
    "deciles.says": "本检验的平均值为 {average} 个百分点。",
    "deciles.title.none": "预测响应最强的与预测响应最弱的无法区分",
    "deciles.title": "预测响应最强的确实响应更强：最后一组比第一组高 {gap}",
    "deciles.table": "折扣加深十个百分点的响应，按预测分为十组",
    "deciles.column.tenth": "组",
    "deciles.column.predicted": "预测",
    "deciles.column.realised": "实际 [95% 区间]",
    "deciles.column.pairs": "用户品类对",
    # 简单规则
    "rules.label": "简单规则",
    "rules.intro": (
        "计划只有在花费相同的情况下胜过人人都会的规则，才值得费这番功夫：给所有人同一种最好的优惠、随机抽取用户、"
        "或选择本来就最可能购买的人。零表示什么都不做。"
    ),
    "rules.none": "没有可以比较的计划：估计没有一种优惠划算",
    "rules.none_known": "没有可以比较的计划：没有数据表明优惠的效果",
    "rules.list": (
        "assignments.csv 中的利润来自选择优惠所用的估计，因此带有赢家诅咒；其中 profit_held_out 一列是另一半用户的看"
        "法。"
    ),
    "rules.list_assumed": "assignments.csv 中的利润基于同样的假设，也没有区间。",
    "rules.claim": (
        "选中这 {n} 位用户的估计声称可得 {claimed}。由没有参与选择的另一半用户来估值，同一计划值 {profit}。"
        "两者之差就是赢家诅咒：挑选最高的估计，也就挑中了运气最好的误差。因此本报告从不把前者当作预测。"
    ),
    "rules.claim_again": (
        "同样是赢家诅咒：选中这 {n} 位用户的估计声称可得 {claimed}；没有参与选择的一半用户显示为 {profit}。"
    ),
    "rules.claim_assumed": (
        "这些数字都来自同一个假设，对计划和各种规则一视同仁。它们说明假设正确时计划会带来什么，但不能说明假设是否正确。"
    ),
    "rules.message.never": "无论怎样选择用户，“{title}”都不划算",
    "rules.message.level": "逐人选择与“{rules}”无法区分（“{title}”）",
    "rules.message.beats": "逐人选择是值得的：计划胜过{rules}（“{title}”）",
    "rules.message.beats_assumed": "按商家的假设，而不是按数据，计划领先于{rules}（“{title}”）",
    "rules.beaten.1": "简单规则",
    "rules.beaten.2": "两种简单规则",
    "rules.beaten.3": "三种简单规则",
    "rules.beaten": "{n} 种简单规则",
    "rules.finding.loses": "计划会亏损，因此最好什么都不做",
    "rules.finding.level": "计划与“{rules}”无法区分",
    "rules.finding.leads": "计划领先于每一种简单规则",
    "rules.finding.best": "；比其中最好的“{rule}”高出 {lead}",
    "rules.finding.better": "“{rule}”更好",
    "rules.finding.less_loss": "“{rule}”亏得更少",
    "rules.finding.spends": "{text}，但花费也更少（{own}，对比 {plan}）",
    "rules.measure": "一周的增量利润（留出检验，{currency}），与什么都不做相比，95% 区间；预期成本 {spend}",
    "rules.measure_assumed": (
        "假设成立时一周的增量利润（{currency}），与什么都不做相比；空心：属于假设，没有区间；预期成本 {spend}"
    ),
    "rules.says": "{rule}：{profit}",
    "rules.unequal": "花费并不相等：即使其对象全部得到优惠，“{rules}”也花不到计划那么多；表中列出了它的花费。",
    "rules.table": "计划与简单规则，{title}；95% 区间",
    "rules.table_assumed": "计划与简单规则，{title}；属于假设，没有区间",
    "rules.column.rule": "规则",
    "rules.column.customers": "用户数",
    "rules.column.spend": "预期成本",
    "rules.column.profit": "增量利润",
    "rules.column.lead": "计划领先",
    # 谁得到什么
    "who.label": "谁得到什么",
    "who.message.none": "{n} 位用户中没有人按计划得到优惠",
    "who.message": "{n} 位用户中有 {given} 位按计划得到优惠；其中 {share} 的优惠针对{names}",
    "who.depth": "立减 {share}",
    "who.other": "其他",
    "who.table": "按计划发放的优惠",
    "who.column.what": "优惠对象",
    "who.column.depth": "折扣深度",
    "who.column.customers": "用户数",
    "who.column.share": "占发放的优惠",
    "who.rest": "；另有 {n} 个品类见表格",
    "who.title": "{share} 的优惠为{depth}；“{top}”得到最多",
    "who.title_other": "{share} 的优惠不按百分比打折；“{top}”得到最多",
    "who.measure": "按计划得到优惠的用户数，按品类和折扣深度{rest}",
    "who.anyway": (
        "这些优惠让出的折扣中，约 {share} 落在原本就会发生的购买上（留出检验，由货架价格推算）。"
        "这是不知道谁会自然转化所付出的代价。"
    ),
    "who.anyway_some": (
        "在效果由货架价格推算的那些优惠让出的折扣中，约 {share} 落在原本就会发生的购买上（留出检验，由货架价格推算）。"
    ),
    "who.assumed": (
        "为什么是这些用户：假设优惠的效果占每个人购物篮的比例相同，因此购物篮最大的用户排在前面。"
        "没有数据表明这些用户比别人更容易被打动；只有测量才能回答。"
    ),
    "who.assumed_alike": (
        "为什么是这些用户：假设优惠对每个人的效果相同，因此谁得到优惠并不说明谁会响应；只有测量才能回答。"
    ),
    "who.baskets": "得到假设效果优惠的用户有一半通常每单花费不低于 {theirs}，其他用户则有一半不低于 {others}。",
    "who.learning": (
        "{kept} 位用户（目标 {holdout}）从不得到优惠，每次运行都是同一批人；另有 {drawn} 位按已知概率抽签："
        "{offered} 位得到优惠，{none} 位没有。只有他们能说明优惠真正改变了什么，因此两者都要随计划一起执行。"
        "名单见本文件旁边的 assignments.csv。"
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
    "who.usual": (
        "{n} 位用户（目标 {share}）沿用商家的现行做法，每次运行都是同一批人：{offered} 位得到优惠，{none} 位没有。"
        "这些优惠最多花费 {most}，在各营销活动的预算之外，为此留出的预算是 {budget}。"
        "结果读取会说明计划是否比现行做法更好。"
    ),
    "who.part": "其中{what}",
    "who.all": "全部用户",
    "who.arms_table": "用户如何划分，以及按计划执行的用户中为何有人没有优惠",
    "who.column.arm": "用户",
    "who.column.part": "其中",
    "who.column.of_all": "占全部用户",
    "who.gets": "得到优惠",
    "who.gets_none": "没有优惠",
    "who.gets_plan": "得到计划的优惠",
    "who.no_offer": "不发放：{reason}",
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
    "audit.none": (
        "没有显示各群体的发放率：请提供带属性的 customers 来源，并把属性列在 profiles.audit_only 中。"
        "这样就能看到谁得到优惠、谁没有，例如按年龄或收入。"
    ),
    "audit.no_attributes": "没有显示各群体的发放率：计划中的用户都没有属性。",
    "audit.small": "没有显示各群体的发放率：没有一个群体达到 {least} 人。",
    "audit.intro": (
        "profiles.audit_only 中列出的属性从不进入模型或规则；差异来自人们购买的商品。{left}"
        "共 {n} 个群体，仅凭偶然也会有约 {chance} 个落在区间之外。"
    ),
    "audit.left_one": "有一个群体不足 {least} 人，没有列出。",
    "audit.left": "有 {n} 个群体不足 {least} 人，没有列出。",
    "audit.group": "{name}（{n}）",
    "audit.table": "各群体按计划得到优惠的用户比例",
    "audit.column.attribute": "属性",
    "audit.column.group": "群体",
    "audit.column.customers": "用户数",
    "audit.column.rate": "发放率",
    "audit.column.depth": "平均深度",
    "audit.title": "属性已知的 {n} 位用户中有 {rate} 得到优惠（按计划执行的全部用户为 {all}）；{finding}",
    "audit.measure": "各群体按计划得到优惠的用户比例，95% 区间；括号内为群体人数；竖线：属性已知的全部用户",
    "audit.same": "没有群体明显不同",
    "audit.named": "{attribute} {group}（{rate}）",
    "audit.more": "另外 {n} 个",
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
