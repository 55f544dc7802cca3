"""简体中文:报告的框架、首屏,以及数据、用户画像和历史活动."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 连接方式
    "html": "zh-CN",
    "and": "和",
    "sentence": "",
    "full_stop": "。",
    "points": " 个百分点",
    "less_than": "不到 {share}",
    "date": "{year} 年 {month} 月 {day} 日",
    "period": "{first} 至 {last}",
    "range": "{first} 至 {last}",
    "colon": "{what}：{text}",
    "per_cent_axis": "{title}（%）",
    "no_interval": "{value}（无区间：属于假设）",
    "assumed_cell": "{value}（假设）",
    "assumed.if": "属于假设，未经测量：{text}",
    "basis.mark.transferred": "模型预测，由货架价格推算",
    "basis.mark.mixed": "模型预测，一部分来自数据，一部分为商家假设",
    "basis.mark.measured": "由随机方案的效果评估测得",
    "basis.mark.estimated": "由随机投放的优惠估计",
    "basis.mark.assumed": "商家假设，未经测量",
    "basis.mark.learned": "模型预测，{parts}",
    "basis.part": "一部分{basis}",
    "clause": "，",
    "basis.mark.none": "没有预测：没有数据表明这些优惠的效果",
    "mark.transferred": "由货架价格推算",
    # 框架
    "frame.title": "{shop}：谁得到哪种优惠，{day}",
    "frame.skip": "跳到决策",
    "frame.when": "促销计划，截至 {day}",
    "frame.sections": "章节",
    "frame.as_table": "以表格显示数据",
    "frame.missing": "未提供。",
    "frame.unknown": "未知。",
    "frame.footer": (
        "本报告由 Offerloop 根据本次运行的数据表生成；同样的数字见 summary.json，发放名单见 assignments.csv，"
        "都在本文件旁边。"
    ),
    "frame.paper": "图表背后的数据表见 HTML 版。",
    "frame.verdict": "{title}：",
    # 规则与名称
    "rule_name.nothing": "不发放",
    "rule_name.plan": "本计划",
    "rule_name.plan as sent": "本计划，扣除留出组和抽签用户",
    "rule_name.same offer for all": "所有人同一优惠",
    "rule_name.random customers": "随机选择用户",
    "rule_name.most likely buyers": "最可能购买的用户",
    "noun.coupons": "优惠券",
    "noun.offers": "优惠",
    "outcome.bought": "每周购买概率",
    "outcome.units": "每周购买件数",
    "outcome.list_minor": "按标价计的销售额",
    "outcome.list_sales": "按标价计的销售额",
    "outcome.discount_minor": "让出的折扣",
    # 决策
    "headline.nothing": "这次什么都不发放。",
    "headline.unknown": "什么都不发放：没有数据表明这些优惠的效果。",
    "headline.send": "发放{sent}。",
    "headline.both": "发放{sent}；不发放{kept}。",
    "headline.test": "把{sent}作为试验发放：效果是假设的，未经测量。",
    "headline.test_both": "把{sent}作为试验发放：效果是假设的，未经测量；不发放{kept}。",
    "headline.test_weeks": "把{sent}作为为期 {weeks}的试验发放：效果是假设的，未经测量。",
    "headline.test_weeks_both": "把{sent}作为为期 {weeks}的试验发放：效果是假设的，未经测量；不发放{kept}。",
    "headline.trust": "发放{sent}只能凭信任：效果是假设的，而本计划的任何试验在一年内都无法显示它。",
    "headline.trust_both": "发放{sent}只能凭信任：效果是假设的，而本计划的任何试验在一年内都无法显示它；不发放{kept}。",
    "weeks.one": "1 周",
    "weeks.many": "{n} 周",
    "test.shows": "如果利润与预测一致，执行本计划 {weeks}后的效果评估在 100 次中有 80 次能显示出来。",
    "test.too_long": (
        "要显示预测中这么小的利润，效果评估需要 {weeks}；若要在一年内显示，计划需覆盖约 {customers} 位用户，"
        "而不是 {planned} 位，{limit}。"
    ),
    "test.too_few": (
        "本计划的效果评估无法显示是否划算：若要在一年内显示，计划需覆盖约 {customers} 位用户，"
        "而不是 {planned} 位，{limit}。"
    ),
    "test.limit.shop": "超过商店现有的 {all} 位",
    "test.limit.budget": "因此需要更大的预算",
    "test.never": "本计划的效果评估无法显示是否划算：{why}。",
    "test.why.no_profit": "没有预测到利润",
    "test.why.no_holdout": "计划发放的用户中没有人被留出",
    "test.why.all_held_out": "计划发放的用户全部被留出",
    "test.why.no_buyers": "前一周，计划发放的用户都没有购买",
    "headline.assumed": "{titles}的效果是假设的，未经测量。",
    "decision.campaign": "{title}：{body}",
    "decision.unproven": ("区间包含零，尚不能证明会有收益；因为该活动设置了 send = “expected” 才发放。"),
    "decision.at_most": "，最大负债 {most}",
    "decision.send": ("发放 {n} 份{noun}，为期一周；预期增量利润 {profit}，预期成本 {spend}{most}{mark}。"),
    "decision.mark": "（{basis}）",
    "decision.whole": ("完整计划共 {n} 人，其中一部分被留出或改由抽签决定；完整计划的预测为 {profit}，成本 {spend}。"),
    "decision.some_assumed": "计划中 {share} 的优惠以商家自己的假设计入，没有数据支持：任何区间都不包含这部分误差。",
    "decision.all_assumed": "这份计划的全部效果都是商家自己的假设，不是从数据中得到的；没有区间能说明它偏差多大。",
    "decision.ahead": "其中约 {lost} 可能只是把下一周的购买提前了。",
    "margin.configured": "假设的毛利率 {margin}",
    "margin.unit costs": "由单位成本得出的毛利率 {margin}",
    "decision.unknown": "不发放；没有数据表明这些优惠的效果，因此无法制定计划。",
    "decision.no_budget": "不发放：预算为 0。",
    "decision.small_budget": "不发放：{budget} 的预算不够发放任何一个优惠。",
    "decision.empty": "不发放；按{margin}，估计没有一种优惠对任何用户划算。",
    "decision.unclear": "不发放；最佳方案的预测为 {profit}，虽高于零，但区间包含零，因此与什么都不做无法区分。",
    "decision.loses": (
        "不发放；按{margin}，无论怎样选择用户，这些{noun}都不如什么都不做。最佳方案会使增量利润变化 {profit}{mark}。"
    ),
    "decision.not_above": "不发放；按{margin}，最佳方案的预测为 {profit}{mark}，没有高于零。",
    "share.never": "即使供应商承担全部折扣，也不划算。",
    "share.unclear": "有供应商出资时也许划算，但无论承担多大比例都不能明确地说划算。",
    "share.always": "若预算不设限，选准人后无需供应商出资也明显划算。",
    "share.always_assumed": "若假设成立且预算不设限，无需供应商出资也划算。",
    "share.clear": "在最佳选人方式下，供应商承担每份折扣的 {share} 起，才明确划算。",
    "share.assumed": "如果假设成立，供应商承担每份折扣的 {share} 起就划算。",
    "lead.beats": "它胜过每一种简单规则；比其中最好的“{rule}”高出 {lead}。",
    "lead.beats_assumed": "按同样的假设，它领先于每一种简单规则；比其中最好的“{rule}”高出 {lead}。",
    "lead.level": "逐人选择与“{rules}”无法区分（领先 {leads}）：用简单规则也许就够了。",
    "confidence.forecast": "预测，尚未检验",
    "confidence.checks": "由货架价格推算；{judged} 项检验中有 {passed} 项通过{failed}",
    "confidence.checks_others": "其余由货架价格推算；{judged} 项检验中有 {passed} 项通过{failed}",
    "confidence.estimated": "估计，尚未检验",
    "confidence.shown": "由随机投放的优惠学得，共 {times} 次",
    "confidence.measured": "已测得，尚未再次检验",
    "confidence.measured_note": "此前的效果评估修正了商家的假设",
    "confidence.failed": "（未通过：{names}）",
    "confidence.assumed": "属于假设，未经测量",
    "confidence.assumed_note": "商家自己的预期；只有随机留出的用户才能显示真实效果",
    "confidence.partly": "预测，部分为假设",
    "confidence.none": "未知",
    "confidence.none_note": "没有数据表明这些优惠的效果",
    # 四个数字与首图
    "tile.profit": "预期增量利润（一周）",
    "tile.profit_note": "95% 区间 {interval}，针对按计划得到优惠的 {n} 人",
    "tile.profit_assumed": "无区间：属于假设，未经测量；针对按计划得到优惠的 {n} 人",
    "tile.spend": "预期成本",
    "tile.spend_note": "最多 {most}，预算 {budget}；抽签部分另计最多 {by_lot}",
    "tile.spend_note_open": "为预期值，预算 {budget}：每份优惠的成本没有上限；抽签部分另计最多 {by_lot}",
    "tile.treated": "得到优惠的用户",
    "tile.treated_note": (
        "共 {all} 人：按计划 {sent} 人，抽签 {lot} 人；计划的 {planned} 人中有 {back} 人属于其他随机分组"
    ),
    "tile.kept_profit": "最佳方案的增量利润（未发放）",
    "tile.kept_note": "95% 区间 {interval}，一周",
    "tile.kept_assumed": "无区间：属于假设，一周",
    "tile.kept_spend": "成本",
    "tile.kept_spend_note": "最佳方案原本会花费 {spend}",
    "tile.kept_treated_note": "共 {all} 人",
    "tile.unknown": "未知",
    "tile.unknown_note": "没有可以用来预测的效果",
    "tile.unknown_spend_note": "效果未知，就没有计划",
    "tile.sure": "有多大把握",
    "first.table": "一周增量利润，按供应商承担折扣的比例",
    "first.column.share": "供应商承担比例",
    "first.column.customers": "得到优惠的用户",
    "first.column.profit": "增量利润 [95% 区间]",
    "first.measure": (
        "不设预算上限：一周的预期增量利润（{currency}），每位用户取其最佳优惠，横轴为供应商承担每份折扣的比例；"
        "阴影为 95% 区间"
    ),
    "first.measure_assumed": (
        "不设预算上限：假设成立时一周的增量利润（{currency}），每位用户取其最佳优惠，横轴为供应商承担每份折扣的比例；"
        "虚线：属于假设，没有区间"
    ),
    "first.axis": "供应商承担比例",
    "first.level": "明确划算：{share}",
    "first.level_assumed": "划算：{share}",
    "first.title.never": "即使供应商承担全部折扣，{noun}也不划算",
    "first.title.unclear": "供应商无论承担多大比例，{noun}都不能明确地说划算",
    "first.title.always": "无论供应商是否出资，{noun}都划算",
    "first.title.clear": "供应商承担折扣的 {share} 起，{noun}明确划算",
    "first.title.assumed": "供应商承担折扣的 {share} 起，{noun}划算",
    # 数据没有显示的
    "gaps.title": "数据未能显示的内容。",
    "gaps.estimated": "尽管如此，优惠带来的改变已由随机投放的优惠估计出来。",
    "gaps.learned": "尽管如此，优惠带来的改变已从数据中学到。",
    "gaps.measured": ("优惠带来的改变由此前的效果评估测得，并修正了商店的假设。"),
    "gaps.assumed": "优惠会改变什么，没能从数据中学到，以商家自己的假设代替。",
    "gaps.mixed": "部分优惠会改变什么，没能从数据中学到，以商家自己的假设代替。",
    "gaps.none": "优惠会改变什么，没能从数据中学到，配置中也没有作任何假设。",
    "next.title": "下一步：",
    "next.assumed": (
        "按原样发放计划，保留留出组和抽签；一周结束后读取结果（offerloop readout），就能测出这里假设的效果。"
    ),
    "next.assumed_weeks": (
        "每周按原样重新发放计划，保留留出组和抽签，并逐周读取结果（offerloop readout）；"
        "把各周结果写入 experiment.outcomes，合起来就能测出这里假设的效果。"
    ),
    "next.trust": "把预算控制在小额，因为这是凭信任花的钱；要做试验，需要更多用户，或预期效果更大的优惠。",
    "next.unknown": (
        "写明您对某种优惠的预期（配置中的 assumed）；它就可以连同留出组和抽签一起发放，再读取结果"
        "（offerloop readout），由此测出效果。"
    ),
    "next.data": "如果补充订单行的折扣和标价，并有足够多的周数，效果就可以直接从数据中学到。",
    # 数据
    "quality.label": "数据",
    "quality.message": "{days} 天内有 {kept} 个订单行可用；读取的订单行中 {share} 被剔除",
    "quality.period": (
        "数据从 {first} 到 {last}；每天、每周从 {zone} 时区的零点开始。计划截至 {day}，不使用当天及以后的任何数据。"
        "金额单位均为 {currency}。"
    ),
    "quality.every": "显示全部规则，包括没有命中的",
    "quality.every_table": "全部清洗规则",
    "quality.hits_table": "有命中的清洗规则",
    "quality.column.rule": "来源：规则",
    "quality.column.why": "原因",
    "quality.column.done": "处理",
    "quality.column.rows": "行数",
    "quality.column.share": "占读取行数",
    "quality.absent": "有些数据来源没有提供。它们可以补充：",
    "quality.adds": "{source}：{adds}。",
    "adds.products": "品类和品牌，没有它们就无法把优惠限定在某个品类",
    "adds.customers": "用于审查谁得到优惠的用户属性，以及用户的同意情况",
    "adds.campaigns": "对历史活动效果的判断",
    "adds.audiences": "历史活动触达了谁；没有它就无法判断这些活动",
    "adds.redemptions": "能反映谁爱用券的用户画像",
    "adds.coupon_products": "历史优惠券适用于哪些商品",
    "adds.prices": "订单行中没有写明的标价，从而得知货架折扣",
    "source.prices": "标价",
    "source.events": "行为事件",
    "source.exposures": "曝光记录",
    "source.offers": "优惠表",
    "source.order_lines": "订单行",
    "source.products": "商品",
    "source.customers": "用户",
    "source.campaigns": "营销活动",
    "source.audiences": "触达名单",
    "source.redemptions": "核销记录",
    "source.coupon_products": "券适用商品",
    "action.left out": "未纳入",
    "action.read": "读取",
    "action.kept": "保留",
    "action.repaired": "修正",
    "action.merged": "合并",
    "action.rejected": "剔除",
    "action.flagged": "标记",
    "unit.day": "日",
    "unit.week": "周",
    "daily.title.few.day": "规则共处理 {n} 个订单行，落在 {all} 天中的 {k} 天：数量太少，看不出规律",
    "daily.title.few.week": "规则共处理 {n} 个订单行，落在 {all} 周中的 {k} 周：数量太少，看不出规律",
    "daily.title.cluster.day": "问题集中出现：规则处理的 {n} 个订单行有一半落在 {all} 天中的 {k} 天",
    "daily.title.cluster.week": "问题集中出现：规则处理的 {n} 个订单行有一半落在 {all} 周中的 {k} 周",
    "daily.title.spread.day": "问题分散在整个时期：规则处理的 {n} 个订单行中，没有一天的占比超过 {share}",
    "daily.title.spread.week": "问题分散在整个时期：规则处理的 {n} 个订单行中，没有一周的占比超过 {share}",
    "daily.measure.day": "每日被剔除、修正或合并的订单行数，仅限逐行判断的规则",
    "daily.measure.week": "每周被剔除、修正或合并的订单行数，仅限逐行判断的规则",
    "daily.axis.day": "日期",
    "daily.axis.week": "周（起始日）",
    "daily.table": "规则处理的订单行，按规则和{unit}",
    "daily.column": "{rule}（{done}）",
    "daily.says": "其中最多的是“{rule}”（{n} 行）。",
    "samples.show": "显示被剔除行的样例",
    "samples.table": "每条规则最多三行被剔除的数据，保持读取时的样子（金额以最小货币单位计）",
    "samples.column.row": "数据行",
    "samples.column.copies": "次数",
    # 用户
    "profiles.label": "用户画像",
    "profiles.intro": (
        "用户画像描述用户在计划日之前的行为。{all} 位用户中有 {tagged} 位至少带有一个标签；一位用户可以有多个标签。"
        "标签供人阅读，模型使用的是特征。"
    ),
    "profiles.activity_unknown": (
        "用户是否仍然活跃未知：本店的购买记录看不出用户会停止购买（BG/NBD 模型）。"
        "因此不给出标签{tags}，也不给出预计购买天数。"
    ),
    "profiles.message.none": "{n} 位用户有画像；没有标签适用于其中任何人",
    "profiles.message.change": "{about}的用户正在变化：{up} 比以前买得多，{down} 买得少",
    "profiles.message.groups": "在 {n} 位用户中，人数最多的是{groups}",
    "profiles.group": "“{name}”（{share}）",
    "profiles.half": "约一半",
    "profiles.bar": "{n}（{share}）",
    "profiles.tags_table": "标签、规则和人数",
    "profiles.column.tag": "标签",
    "profiles.column.other": "English",
    "profiles.column.rule": "规则",
    "profiles.column.customers": "用户数",
    "profiles.column.of_all": "占全部",
    "profiles.tags_title": "{first} 的用户带有标签“{largest}”，{second} 带有“{smallest}”",
    "profiles.tags_change": "{first} 的用户带有标签“{growing}”，{second} 带有“{shrinking}”",
    "profiles.tags_measure": "各标签的用户数及其占全部用户的比例",
    "profiles.fifths": "{tags}：按定义约占用户的五分之一或更少，因此人数本身说明不了什么。",
    "profiles.discount_title": "一半的用户有 {middle} 或更多的订单行低于标价购买",
    "profiles.discount_none": "数据中没有低于标价购买的订单行；如果数据中没有标价或折扣，则无从得知。",
    "profiles.discount_table": "用户按低于标价购买的订单行占比的分布",
    "profiles.discount_column": "订单行占比",
    "profiles.discount_measure": "用户数，按低于标价购买的订单行占比",
    "profiles.discount_axis": "低于标价购买的占比",
    "profiles.median": "中位数 {share}",
    "profiles.discount_says": "八成用户介于 {low} 和 {high} 之间。",
    "profiles.features": "显示全部特征及空值规则",
    "profiles.features_table": "画像特征及其在用户中的分布",
    "profiles.column.feature": "特征",
    "profiles.column.meaning": "含义",
    "profiles.column.empty": "空值时",
    "profiles.column.low": "10% 低于",
    "profiles.column.middle": "一半低于",
    "profiles.column.high": "90% 低于",
    # 推荐系统
    "liked.label": "用户会喜欢的商品",
    "liked.none": "没有比较推荐模型：历史太短或数据太少",
    "liked.none_text": (
        "随优惠展示的商品按无需比较的规则给出：先是用户以前买过的，其次是最畅销的。"
        "它们对下一次购买的预测效果没有测量过。"
    ),
    "liked.intro": (
        "推荐系统决定随优惠展示哪些商品。两个 {days} 天的窗口中，第一个用来为每项任务选择推荐模型，较晚的第二个只用来"
        "报告效果，以 nDCG@10 计：展示的十个商品中有多少被购买，排在前面的权重更大，从 0 到 1。它不说明优惠会改变什么："
        "常买不等于对优惠有响应。"
    ),
    "liked.task.repeat": "接下来会买什么",
    "liked.task.new": "没买过的商品",
    "liked.measure": (
        "较晚窗口的 nDCG@10 及 95% 区间（1：展示的十个商品全部被购买；0：一个也没有），每项任务各用一个刻度；"
        "圆点：选用的模型"
    ),
    "liked.message.one": "只在一项任务上比较了推荐模型",
    "liked.message.hardly": "我们能预测用户会再买什么，但几乎无法预测他们会尝试什么新品",
    "liked.message.also": "我们能预测用户会再买什么，也能预测他们会尝试什么新品",
    "liked.chosen": "“{task}”选用“{name}”",
    "liked.reached": "任务“{task}”选用“{name}”：它在较晚窗口的 {n} 位用户中 nDCG@10 为 {ndcg}",
    "liked.better": "{others}在该窗口明显更好",
    "liked.level": "它与{others}无法区分",
    "liked.above": "其他模型都明显低于它",
    "liked.gate": (
        "在用来选择的窗口上逐个用户比较，学习排序模型“{name}”与其他模型中最好的“{over}”相比，nDCG@10 变化 {gain}。"
    ),
    "liked.gate.serves": "整个区间都大于零，因此选用“{name}”。",
    "liked.gate.unclear": "区间包含零，不足以换用，因此选用“{name}”。",
    "liked.gate.worse": "它更差，因此选用“{name}”。",
    "liked.gate.unknown": "没有区间就说明不了什么，因此选用“{name}”。",
    "liked.gate.since": "在较晚的窗口上变化 {gain}。",
    "liked.no_interval": "{value}（无区间）",
    "liked.same": "对没买过的商品，“repeat”与“popularity”相同：没有可以重复的购买，只能退回到畅销商品。",
    "liked.about.intro": "各个模型把什么排在前面：",
    "liked.about": "“{name}”：{text}。",
    "liked.about.popularity": "近期购买人数最多的商品，按全体用户或该用户所在的分群统计",
    "liked.about.repeat": "用户以前买过的商品，买得越多、越近，排得越前",
    "liked.about.tifu_knn": "用户经常买、最近买的商品，以及购买习惯相似的用户买的商品",
    "liked.about.ease": "与用户买过的商品相配的商品，由“同一批用户还买了什么”学得",
    "liked.about.next_ridge": "购买历史相似的用户在随后几周里买了的商品",
    "liked.about.item_knn": "与用户买过的商品有许多共同买家的商品",
    "liked.about.als": "与用户相合的商品：用少数几个隐含特征描述用户和商品，由购买记录学得（矩阵分解）",
    "liked.about.mf_sgd": "预计用户会打高分的商品：隐含特征由评分学得",
    "liked.about.content": "描述与用户买过的商品相近的商品：品类、品牌、文字和价格",
    "liked.about.item2vec": "常与用户买过的商品出现在同类购物篮里的商品",
    "liked.about.one_layer": "买的人多、该用户自己也经常买、最近买的商品，用一个公式加权（单层网络）",
    "liked.about.deep": "神经网络根据用户的购买历史预计会买的商品，由其他用户后来的购买学得",
    "liked.about.ranker": "汇总其他几个模型的候选商品，再按从此前几周的购买中学到的规律排序",
    "liked.about.hybrid": "对每项任务，采用在此前几周表现最好的那个模型",
    "liked.window.tune": "选择",
    "liked.window.test": "报告",
    "liked.table": "推荐模型，按任务和窗口",
    "liked.column.task": "任务",
    "liked.column.name": "推荐模型",
    "liked.column.window": "窗口用途",
    "liked.column.ndcg": "nDCG@10 [95% 区间]",
    "liked.column.customers": "用户数",
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
