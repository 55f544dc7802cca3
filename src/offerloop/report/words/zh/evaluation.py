"""中文:策略评估报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "evaluation.title": "{shop}：各策略的价值",
    "evaluation.when": "根据 {first} 至 {last} 的曝光，各策略本应有的价值",
    "evaluation.footer": (
        "由 Offerloop 根据商店的曝光日志和订单行生成；同样的数字见 evaluation.json，每个估计见 "
        "policy_values.parquet，每种优惠的重叠情况见 overlap.parquet，都在本文件旁边。"
    ),
    "evaluation.mark": "根据日志中的投放概率估计，并未实际试行",
    "evaluation.mark_value": "根据日志中的投放概率估计，并未实际试行；优惠成本未知",
    "evaluation.mark_period": "仅为单次决策的价值，并非持续执行该策略的价值；{mark}",
    "evaluation.profit": "利润",
    "evaluation.value": "扣除优惠成本前的毛利",
    "evaluation.kind.logged": "产生日志的策略",
    "evaluation.kind.nothing": "对所有人不发放",
    "evaluation.kind.everyone": "向所有人发放 {name}",
    "evaluation.kind.run": "运行 {name} 的方案",
    "evaluation.kind.file": "策略 {name}",
    "evaluation.short.logged": "日志本身",
    "evaluation.short.nothing": "不发放",
    "evaluation.short.everyone": "{name}",
    "evaluation.short.run": "方案 {name}",
    "evaluation.short.file": "策略 {name}",
    "evaluation.base.nothing": "不发放",
    "evaluation.base.logged": "产生日志的策略",
    # 结论
    "evaluation.none": "没有策略可以估值：在日志的 {n} 次决策中，所问的优惠没有一种是随机投放过的。",
    "evaluation.contradicted": "请勿相信以下结果：记录的投放概率与实际投放不符。",
    "evaluation.best": "最好的",
    "evaluation.best_firm": "在有足够决策能说明的策略中最好的",
    "evaluation.better": "{best} 是 {policy}：与 {base} 相比，每次决策的 {measure} 增加 {gain}{rival}。",
    "evaluation.ahead": "，与向所有人发放 {other} 相比增加 {by}",
    "evaluation.behind": "，但与向所有人发放 {other} 相比变化 {by}",
    "evaluation.level": "，但并不明显好于向所有人发放 {other}（{by}）",
    "evaluation.unclear": (
        "没有策略明显好于 {base}：{best} 是 {policy}，会使每次决策的 {measure} 变化 {gain}，区间包含零。"
    ),
    "evaluation.worse": (
        "没有策略明显好于 {base}：{best} 是 {policy}，会使每次决策的 {measure} 变化 {gain}，明显是损失。"
    ),
    "evaluation.together": "区间对全部 {n} 个策略同时成立",
    "evaluation.alone": "95% 区间",
    "evaluation.basis": "（{customers} 位用户的 {n} 次决策，其中相当于 {size} 次能说明该策略；{interval}。）",
    "evaluation.basis_few": (
        "（{customers} 位用户的 {n} 次决策，其中只相当于 {size} 次能说明该策略，不足 1,000，不可依赖；{interval}。）"
    ),
    # 持续执行的策略
    "evaluation.one_period": "{earlier}：以上数字仅为单次决策的价值，并非持续执行该策略的价值。",
    "evaluation.kept.matters": "以前的优惠仍有影响（{p}）",
    "evaluation.kept.unseen": "没有迹象表明以前的优惠仍有影响（{p}）",
    "evaluation.kept.untested": "无法检验以前的优惠是否仍有影响：只有 {n} 位用户此前有过曝光",
    "evaluation.kept.unknown": "持续执行的策略价值如何，无法从这份日志得知。",
    "evaluation.kept.leader": "持续执行 {policy} 时，每次决策的 {measure} 与 {base} 相比变化 {gain}{few}。",
    "evaluation.kept.best": "持续执行时最好的是 {policy}：{gain}{few}。",
    "evaluation.kept.few": "（不足 1,000 次决策能说明它）",
    "evaluation.kept.label": "持续执行的策略",
    "evaluation.kept.table": "每次决策的{measure}，此前的决策也由该策略作出",
    "evaluation.kept.intro": (
        "单次决策的价值保留日志中随机抽取的以往优惠。持续执行的策略从日志的第一次曝光起作出全部决策；"
        "超过四次曝光之前的优惠视为不再有影响。KEPT 对决策的每种组合加权；KEPT-1 假定以往优惠的影响可以相加，"
        "在按 KEPT 的权重能说明的决策不足 1,000 次时使用。"
    ),
    # 指标
    "evaluation.tile.gain_period": "单次决策比 {base} 多出",
    "evaluation.tile.gain": "每次决策比 {base} 多出",
    "evaluation.tile.logged": "日志本身每次决策的 {measure}",
    "evaluation.tile.size": "能说明问题的决策",
    "evaluation.tile.size_note": "{policy} 的有效样本量",
    "evaluation.tile.decisions": "日志中的决策",
    "evaluation.tile.decisions_note": "来自 {n} 位用户",
    "evaluation.tile.interval": "95% 区间 {interval}",
    # 价值
    "evaluation.worth.title": "按估计 {policy} 价值最高；把握有多大，看区间",
    "evaluation.worth.measure": "每次决策的 {measure}，{currency}，附 95% 区间；竖线为 {base}",
    "evaluation.column.estimate": "每次决策",
    "evaluation.column.policy": "策略",
    "evaluation.column.one_period": "单次决策",
    "evaluation.column.kept": "持续执行",
    "evaluation.column.kept_gain": "持续执行，减去 {base}",
    "evaluation.column.kept_method": "方法",
    "evaluation.column.method": "方法",
    "evaluation.column.value": "增量毛利",
    "evaluation.column.cost": "成本",
    "evaluation.column.profit": "利润",
    "evaluation.column.size": "有效样本量",
    "evaluation.column.expected": "预期值",
    "evaluation.column.weight": "最大权重",
    "evaluation.column.cut": "截去的权重",
    "evaluation.column.offer": "优惠",
    "evaluation.column.logged": "日志中的决策数",
    "evaluation.column.share": "策略下的占比",
    "evaluation.column.found": "按权重的占比",
    "evaluation.column.possible": "最大可能",
    "evaluation.column.against_nothing": "减去不发放",
    "evaluation.column.against_logged": "减去日志本身",
    "evaluation.column.against_best_single": "减去向所有人发放的最好优惠",
    "evaluation.methods.label": "估计",
    "evaluation.methods.enough": "每个策略都有至少 1,000 次决策能说明它",
    "evaluation.methods.few": "有些策略只有不足 1,000 次决策能说明：它们的区间可能过窄",
    "evaluation.methods.intro": (
        "各方法一致之处，估计可信；不一致之处，能说明问题的决策太少。推荐的方法预期平方误差最小。"
        "除 SWITCH-DR 会注明之外，不截去任何权重。"
    ),
    "evaluation.methods.chosen": "每个策略的推荐方法，每次决策",
    "evaluation.methods.table": "每个策略的各种方法，每次决策",
    "evaluation.recommended": "{method}（推荐）",
    "evaluation.mean": "日志均值",
    "evaluation.few": "{n}（太少）",
    "evaluation.cut": "大于 {limit} 的权重，占全部权重的 {share}",
    # 差异
    "evaluation.differences.label": "差异",
    "evaluation.differences.message": "按对全部策略同时成立的区间，{n} 个策略中有 {clear} 个与 {base} 有明显差异",
    "evaluation.differences.intro": (
        "差异是成对计算的：两个策略相同的部分不会使区间变宽。下面的区间各为 95%；数量多时，有些仅凭偶然就不含零。"
    ),
    "evaluation.differences.measure": "每次决策的 {measure} 减去 {base}，{currency}，95% 区间",
    "evaluation.differences.table": "每次决策的成对差异",
    # 重叠
    "evaluation.overlap.label": "重叠",
    "evaluation.overlap.message": "对策略发放的每种优惠，日志了解多少",
    "evaluation.overlap.intro": (
        "日志中的一次决策按其权重计入：策略选择所投放优惠的概率，除以它当时的投放概率。"
        "按这些权重，每种优惠的占比应当接近策略给它的占比；相差很大，说明记录的投放概率有误，或几乎没有决策能说明该策略。"
    ),
    "evaluation.overlap.table": "各策略下的优惠",
    "evaluation.nothing": "不发放",
    "evaluation.impossible": "日志中不可能",
    "evaluation.refused.label": "没有价值",
    "evaluation.refused.message": "没有估值的策略：{n} 个",
    "evaluation.refused.one": "{policy}：{why}",
    # 说明
    "evaluation.notes.label": "采取行动之前",
    "evaluation.notes.message": "这些数字的依据，以及没有包含的内容",
    "evaluation.note.misfit": (
        "投放概率与实际投放不符：{of} 个策略中有 {n} 个，全部决策的平均权重与应有的 1 相差很大。"
        "请先查明投放概率是怎样记录的，再相信这里的任何数字。"
    ),
    "evaluation.note.margin": "价值是扣除优惠成本前按配置的标价毛利率计算的毛利（shop.margin）。",
    "evaluation.note.margin_costs": "价值是按商店的单位成本、分品类计算的、扣除优惠成本前的毛利。",
    "evaluation.note.split_cost": "订单行没有 coupon 列：优惠成本按其窗口内超出通常货架折扣的部分估计。",
    "evaluation.note.no_cost": ("订单行没有 coupon 列，因此优惠成本未知，只显示毛利：昂贵的优惠看起来与便宜的一样好。"),
    "evaluation.note.no_reimbursed": "订单行没有 reimbursed 列，因此每张券都计为成本，包括供应商承担的部分。",
    "evaluation.note.left_unreadable": "因单元格无法读取而排除的曝光：{n}。",
    "evaluation.note.left_no_customer": "因没有用户而排除的曝光：{n}。",
    "evaluation.note.left_early": "因早于第一笔订单而排除的曝光：{n}。",
    "evaluation.note.left_same_day": ("因用户同一天还看到别的优惠、无法判断订单是跟随哪一个而排除的曝光：{n}。"),
    "evaluation.note.left_not_over": "因 {days} 天的窗口尚未结束而排除的曝光：{n}。",
    "evaluation.note.clipped": (
        "在 {days} 天结束之前被同一用户的下一次曝光截短的窗口：{n}。使下一次曝光提前的策略会显得比实际差。"
    ),
    "evaluation.note.one_chance": (
        "日志只有所投放优惠的概率，没有其他优惠的概率。某种优惠当时能否投放给某位用户并不知道："
        "如果策略发放日志不可能投放的优惠，它的估值会出错，而且没有提示。"
    ),
    "evaluation.note.all_chances": (
        "每天每种优惠的投放概率都相同，并且合计为 1：完全由随机决定，所有优惠的投放概率都已知。"
    ),
    "evaluation.note.few_customers": "日志有 {n} 位用户；少于 {least} 位时，无论有多少次决策，区间都过窄。",
    "evaluation.note.idle": "在 {policy} 之下，日志中没有人得到优惠：它与不发放相同。",
    "evaluation.note.unnamed": "{policy} 没有提到、因而在它之下不发放的日志用户：{n} 位。",
    "evaluation.note.same_orders": (
        "{policy} 的方案是在其中一些曝光之后制定的：它已经看到了这些结果，因此在这里显得比实际好。"
        "请用之后的曝光来评估它。"
    ),
    "evaluation.note.returns": ("退货从对应的销售中扣除。因此曝光之后的退货会略微改变曝光之前计为购买的数额。"),
    "evaluation.note.later_kept": (
        "单次决策的价值只计算其窗口之内。持续执行的价值计入最近四次曝光的优惠现在的影响，不计日志之后的影响。"
        "区间假定投放概率是正确的。"
    ),
    "evaluation.note.later": (
        "只计算窗口之内：从之后几周提前的购买看起来像是增量，策略对之后决策的影响也看不到。区间假定投放概率是正确的。"
    ),
    # 术语
    "evaluation_term.decision": "决策",
    "evaluation_meaning.decision": "一次曝光：一位用户看到了什么，包括有意不发放",
    "evaluation_term.propensity": "投放概率",
    "evaluation_meaning.propensity": "所投放的内容被选中的概率，在选择时就已知",
    "evaluation_term.policy": "策略",
    "evaluation_meaning.policy": "规定以什么概率向用户展示什么的规则",
    "evaluation_term.value-cost-profit": "毛利、成本、利润",
    "evaluation_meaning.value-cost-profit": "窗口内订单扣除优惠成本前的毛利；优惠券中自己承担的部分；毛利减去成本",
    "evaluation_term.kept": "持续执行的策略",
    "evaluation_meaning.kept": "对用户的所有决策都由它作出的策略，而不只是被估值的那一次",
    "evaluation_term.effective-sample-size": "有效样本量",
    "evaluation_meaning.effective-sample-size": "相当于多少次权重相等的决策；不足 1,000 时区间可能过窄",
    "evaluation_term.ips": "IPS",
    "evaluation_meaning.ips": "结果乘以权重的均值（逆概率加权）",
    "evaluation_term.snips": "SNIPS",
    "evaluation_meaning.snips": "同上，再除以权重之和（自归一化）",
    "evaluation_term.dr": "DR",
    "evaluation_meaning.dr": "对每个结果的预测，再用加权误差修正（双重稳健）",
    "evaluation_term.switch-dr": "SWITCH-DR",
    "evaluation_meaning.switch-dr": "权重过大之处只相信预测的 DR",
}
