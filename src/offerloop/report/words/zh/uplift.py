"""简体中文:一次试验的增量报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "uplift.title": "{place}：优惠该给谁",
    "uplift.when": "“{treatment}”使“{outcome}”发生什么变化，对谁有效：{n} 位用户",
    "uplift.footer": (
        "由 Offerloop 根据一张表生成；同样的数字见 uplift.json，每位用户的优惠和预测效果见 scores.csv 和 "
        "scores.parquet，都在本文件旁边。"
    ),
    "uplift.mark.known": "由随机试验测得",
    "uplift.mark.randomised": "由随机试验测得",
    "uplift.mark.observational": "由非试验数据估计",
    # 计量
    "uplift.profit": "利润",
    "uplift.value": "价值",
    "uplift.cost": "成本",
    "uplift.per.1": "每位用户",
    "uplift.per.1000": "每 1,000 位用户",
    "uplift.gain.more": "{per}的 {name} 增加 {size}",
    "uplift.gain.change": "{per}的 {name} 变化 {size}",
    "uplift.same.all": "向所有人发放 {offer}",
    "uplift.same.budget": "在预算内随机发放 {offer}",
    # 结论
    "uplift.targeted.headline": "选择用户发放：明显好于 {same}",
    "uplift.targeted.only": "选择用户发放：明显划算，而任何一种优惠单独都不明显划算",
    "uplift.targeted.even": "选择用户发放与 {same} 皆可：预测并未显示哪一种明显更好",
    "uplift.targeted.unclear": "先在一部分用户中试行选择发放：预测并不明显划算",
    "uplift.everyone.headline": "向所有人发放 {offer}：选择用户并不明显更好",
    "uplift.everyone.budget": "在预算内向尽可能多的用户发放 {offer}：选择用户并不明显更好",
    "uplift.everyone.unclear": "先向一部分用户试发 {offer}：预测并不明显划算",
    "uplift.nothing.headline": "不发放：没有一种优惠明显划算",
    "uplift.doubt.ratio": "请先不要据此行动：各组人数的差异不能用偶然解释（p 值：{p}）。",
    "uplift.doubt.balance": "请先不要据此行动：试验之前各组的差异已超出偶然（p 值：{p}）。",
    "uplift.doubt.controls": "请先不要据此行动：对优惠不可能改变的 {names} 也看到了效果。",
    "uplift.targeted.one": "向 {share} 的用户发放 {offer}，按 {estimator} 选出。",
    "uplift.targeted.many": "向 {share} 的用户发放优惠，每人得到 {n} 种中最适合的一种，按 {estimator} 选出。",
    "uplift.targeted.forecast": "与不发放相比，预计 {gain}；最好的单一优惠（{same}）则为 {everyone}。",
    "uplift.forecast.unclear": "预测的区间包含零：请先在一部分用户中试行。",
    "uplift.forecast.means": "预测是在没有参与决定谁得到什么的用户上得出的。",
    "uplift.everyone.gain": "与不发放相比，向所有人发放 {offer} 使 {gain}。",
    "uplift.everyone.gain_budget": "与不发放相比，在预算内向随机的 {share} 用户发放 {offer} 使 {gain}。",
    "uplift.everyone.targeted": "改为按 {estimator} 选择用户，则为 {size}，并不明显更多。",
    "uplift.order.helps": (
        "如果不能发放给所有人，顺序就很重要：与随机用户相比，按 {estimator} 排在前面的用户使 {gain}，"
        "这是所有可能的发放比例的平均。"
    ),
    "uplift.order.no": (
        "如果不能发放给所有人，没有哪种顺序可知好于随机：与随机用户相比，按 {estimator} 排在前面的用户使 {gain}，"
        "区间包含零。"
    ),
    "uplift.order.harms": (
        "如果不能发放给所有人，请随机选择：与随机用户相比，按 {estimator} 排在前面的用户使 {gain}。"
    ),
    "uplift.nothing.everyone": (
        "与不发放相比，最好的单一优惠（{same}）会使 {gain}；无论哪种优惠、怎样选择用户，区间都没有完全高于零。"
    ),
    "uplift.nothing.targeted": "按 {estimator} 选择用户则为 {size}。",
    "uplift.forecast.whole": "在没有参与决定的用户上，整个过程（包括其中的选择）预计为 {size}。",
    "uplift.budget": "表中全部用户的总花费不超过预算 {budget}。",
    "uplift.basis": "（{n} 位用户，{design}；95% 区间。）",
    "uplift.design.known": "概率已知的随机试验",
    "uplift.design.randomised": "随机试验",
    "uplift.design.observational": "不是试验",
    "uplift.observational": "谁得到优惠不是抽签决定的：只有表中的列说明了决定谁得到什么的一切，以上结果才成立。",
    # 估计方法
    "uplift.estimator.growth": "购买增长",
    "uplift.estimator.outcome": "等比例效果",
    "uplift.estimator.ridge_t": "岭回归 T-learner",
    "uplift.estimator.dr_learner": "DR-learner",
    "uplift.estimator.r_learner": "R-learner",
    "uplift.estimator.structured": "意愿与敏感度",
    "uplift.estimator.s_learner": "S-learner",
    "uplift.by": "预测效果（{name}）",
    # 指标
    "uplift.tile.forecast": "预测",
    "uplift.tile.everyone": "向所有人发放 {offer}",
    "uplift.tile.everyone_budget": "在预算内发放 {offer}",
    "uplift.tile.targeted": "选择用户",
    "uplift.tile.share": "应发放的用户",
    "uplift.tile.share_note": "占全部用户，按 {estimator} 选出",
    "uplift.tile.order": "用户的顺序",
    "uplift.tile.customers": "表中的用户",
    "uplift.tile.note": "{per}的 {name}，与不发放相比",
    "uplift.tile.order_note": "{per}的 {name}，与随机顺序相比",
    # 各策略带来什么
    "uplift.worth.title.targeted": "选择用户明显好于 {same}",
    "uplift.worth.title.only": "选择用户明显划算；任何一种优惠单独都不明显划算",
    "uplift.worth.title.even": "预测并未显示选择用户好于 {same}",
    "uplift.worth.title.unclear": "预测并不明显好于不发放",
    "uplift.worth.title.everyone": "选择用户并不明显好于 {same}",
    "uplift.worth.title.nothing": "没有什么明显好于不发放",
    "uplift.worth.measure_all": (
        "{per}的 {name}，与不发放相比，95% 区间；依次为向所有人发放的各种优惠、选择用户，以及预测："
        "由一部分用户决定，在另一部分用户上估值"
    ),
    "uplift.worth.measure_budget": (
        "{per}的 {name}，与不发放相比，95% 区间；依次为在预算内随机发放的各种优惠、选择用户，以及预测："
        "由一部分用户决定，在另一部分用户上估值"
    ),
    "uplift.worth.table": "各策略在留出用户上的结果，与不发放相比",
    "uplift.worth.everyone": "{name}",
    "uplift.worth.targeted": "按 {name} 选择",
    "uplift.worth.forecast": "预测",
    "uplift.column.policy": "策略",
    "uplift.column.treated": "发放比例",
    "uplift.column.size": "{per}的 {name}",
    "uplift.column.snips": "仅按权重",
    # 各组
    "uplift.arms.label": "试验各组",
    "uplift.arms.some": "{n} 种优惠中有 {clear} 种对 {outcome} 有明显效果",
    "uplift.arms.intro": (
        "组内每位用户都计入，包括没有理会优惠的用户。效果是与 {control} 相比、在全部用户上、未作任何选择时的效果。"
    ),
    "uplift.arms.value": "价值指 {outcome} 值多少（{value}）。",
    "uplift.arms.cost": "成本指每位得到优惠的用户花费多少（{cost}）。",
    "uplift.arms.table": "表中各组，{per}",
    "uplift.arms.own": "表中各组：{outcome} 为{outcome_per}，其余为{per}",
    "uplift.arms.arm": "组",
    "uplift.arms.n": "用户数",
    "uplift.arms.share": "占比",
    "uplift.arms.mean": "{outcome} 的均值",
    "uplift.arms.effect": "对 {outcome} 的效果",
    "uplift.arms.control": "{name}（不发放）",
    # 估计方法一节
    "uplift.ranked.label": "估计方法",
    "uplift.ranked.message": "用户按 {estimator} 排序：不明显差于最好者的方法中最简单的一种",
    "uplift.ranked.best": "用户按 {estimator} 排序：在留出用户上最好的一种",
    "uplift.ranked.intro": (
        "每种方法都对没有见过的用户排序。面积是先发给排在前面的用户时，对所有可能的发放比例取的平均；"
        "除以向所有人发放最好优惠的结果，随机顺序为 0.5。最先列出的方法最简单：两种方法的差别没有超出偶然时，"
        "采用较简单的一种，因为它在新用户上更少出错。"
    ),
    "uplift.ranked.title": "{n} 种方法中有 {clear} 种的排序明显好于随机",
    "uplift.ranked.measure_share": "面积除以向所有人发放 {offer} 的结果，95% 区间；0.5 处的竖线为随机顺序",
    "uplift.ranked.measure_over": "面积减去随机顺序，{per}的 {name}，95% 区间；竖线为随机顺序",
    "uplift.ranked.table": "各方法在留出用户上的结果，{per}的 {name}",
    "uplift.ranked.estimator": "方法",
    "uplift.ranked.share": "面积比（随机为 0.5）",
    "uplift.ranked.over": "面积减随机",
    "uplift.ranked.area": "面积",
    "uplift.ranked.policy": "其策略，与不发放相比",
    "uplift.ranked.chosen": "{name}（采用）",
    # 增量曲线
    "uplift.curve.label": "增量曲线",
    "uplift.curve.helps": "先发给排在前面的用户，比随机发给同样多的用户带来更多",
    "uplift.curve.no": "先发给排在前面的用户，并不明显好于随机发给同样多的用户",
    "uplift.curve.harms": "先发给排在前面的用户，不如随机发给同样多的用户",
    "uplift.curve.intro": (
        "从左到右，得到优惠的用户越来越多，按 {estimator} 排在最前的先得到，每人得到最适合的一种。"
        "曲线变平之处，更多的用户不再带来什么；下降之处，则是损失。"
    ),
    "uplift.curve.measure": "整张表{per}的 {name}，附 95% 区间；虚线为随机用户得到 {offer}",
    "uplift.curve.axis": "得到优惠的用户比例",
    "uplift.curve.random": "随机用户",
    "uplift.curve.table": "各发放比例的结果",
    "uplift.curve.share": "发放比例",
    "uplift.curve.says": "发放比例 {share} 时：{size}。",
    # 成本曲线
    "uplift.costs.label": "成本曲线",
    "uplift.costs.message": "排在前面的一半用户会带来价值 {value}，成本 {cost}（{per}）",
    "uplift.costs.intro": (
        "扣除成本前的价值随成本的变化。只要曲线每多一份成本带来多于一份的价值，优惠就划算：两者单位相同。"
    ),
    "uplift.costs.title": "排在前面的用户以多少成本带来多少价值",
    "uplift.costs.measure": "整张表{per}的价值，附 95% 区间；横轴为平均成本；虚线为随机用户得到 {offer}",
    "uplift.costs.axis": "{per}的成本",
    "uplift.costs.budget": "预算",
    # 十等分
    "uplift.deciles.label": "预测与实际",
    "uplift.deciles.sorted": "最高十分之一的用户比最低十分之一的响应更大，{per}相差 {gap}",
    "uplift.deciles.flat": "最高十分之一的用户并不明显比最低十分之一的响应更大：{per}相差 {gap}",
    "uplift.deciles.intro": (
        "按最适合的优惠的预测效果把用户分为十组，实际效果来自该方法没有见过的用户。"
        "这些组的区间覆盖真实效果的频率与其所称一致；单个用户的区间是粗略的，不应据此作任何决定。"
    ),
    "uplift.deciles.title": "按预测效果十等分的实际效果",
    "uplift.deciles.measure": "对 {name} 的效果，{per}；圆点为实际值，附 95% 区间，菱形为预测值，虚线为均值",
    "uplift.deciles.axis": "按预测效果的十等分，10 为最高",
    "uplift.deciles.mean": "均值 {size}",
    "uplift.deciles.table": "各十分之一的预测与实际效果",
    "uplift.deciles.tenth": "十分之一",
    "uplift.deciles.predicted": "预测",
    "uplift.deciles.realised": "实际",
    # 响应类型
    "uplift.types.label": "响应类型",
    "uplift.types.message": "说服型用户约占 {share}：有没有优惠对他们是决定性的",
    "uplift.types.none": "有哪些类型的用户",
    "uplift.types.intro": (
        "按 {offer} 的作用划分。没有人能同时在有优惠和没有优惠时被观察到，因此单个用户的类型是未知的；"
        "只能估计各类型有多少人，并且假定优惠对同一类用户只有一个方向的作用。"
    ),
    "uplift.types.money": "所建议策略的成本中，有 {share} 给了本来就会有的响应：{per} {money}。",
    "uplift.types.unseen": "{type}：{means}。按估计没有这样的用户。",
    "uplift.types.nobody": "没有",
    "uplift.types.title": "各类型用户的预期占比",
    "uplift.types.measure": "占全部用户的百分比，附 95% 区间",
    "uplift.types.table": "响应类型",
    "uplift.types.type": "类型",
    "uplift.types.share": "用户占比",
    "uplift.types.effect": "平均预测效果，{per}的 {name}",
    "uplift.types.one": "{type}：{means}。约占用户的 {share}；{per}的平均预测效果 {effect}。",
    "uplift.type.persuadable": "说服型",
    "uplift.type.sure_thing": "自然转化",
    "uplift.type.lost_cause": "无动于衷",
    "uplift.type.sleeping_dog": "反作用",
    "uplift.type_means.persuadable": "因为有优惠才响应",
    "uplift.type_means.sure_thing": "没有优惠也会响应：优惠白费",
    "uplift.type_means.lost_cause": "有没有优惠都不响应",
    "uplift.type_means.sleeping_dog": "没有优惠才响应：优惠有害",
    # 分组
    "uplift.groups.label": "审计分组",
    "uplift.groups.alike": "所建议的策略对各组一视同仁",
    "uplift.groups.gap": ("所建议的策略向 {high_group} 组的 {high} 发放，向 {low_group} 组的 {low} 发放（{column}）"),
    "uplift.groups.intro": ("指定审计的各列的分组。如果一组更常得到优惠，响应却并不更大，就应在行动之前再作检查。"),
    "uplift.groups.title": "所建议的策略下各组的发放比例",
    "uplift.groups.measure": "占该组用户的百分比，附 95% 区间",
    "uplift.groups.table": "审计分组，{per}的 {name}",
    "uplift.groups.column": "列",
    "uplift.groups.group": "组",
    "uplift.groups.n": "用户数",
    "uplift.groups.treated": "发放比例",
    "uplift.groups.effect": "{offer} 的效果",
    "uplift.groups.cost": "建议策略下的成本",
    # 检验
    "uplift.checks.label": "设计检验",
    "uplift.checks.passed": "各组符合抽签应有的样子",
    "uplift.checks.failed": "有检验未通过：请先查明原因，再据本页行动",
    "uplift.checks.observational": "这里没有抽签：为此做了什么",
    "uplift.checks.observational_failed": "在一张并非试验的表中有检验未通过：请不要据此行动",
    "uplift.checks.table": "检验",
    "uplift.checks.check": "检验",
    "uplift.checks.p": "p 值",
    "uplift.checks.verdict": "结论",
    "uplift.checks.ratio": "各组人数符合计划",
    "uplift.checks.balance": "试验前各组相似",
    "uplift.checks.expected": "已作校正",
    "uplift.checks.ok": "✓ 通过",
    "uplift.checks.bad": "✗ 未通过",
    "uplift.checks.not_known": "未检验",
    "uplift.balance.title": "与 {control} 相差最大的列",
    "uplift.balance.measure": "校正前的差异，以标准差计，附 95% 区间；超过 0.1 值得查看",
    "uplift.balance.table": "各组与 {control} 之间最大的差异",
    "uplift.balance.column": "列",
    "uplift.balance.arm": "组",
    "uplift.balance.difference": "差异（标准差）",
    "uplift.overlap.intro": (
        "由一个模型给出每位用户进入各组的概率。概率接近零之处，没有相似的用户进入该组，那里的效果只能依靠假设。"
    ),
    "uplift.overlap.title": "进入各组的概率",
    "uplift.overlap.measure": "圆点为全部用户的中位数；横线从 5% 分位数到 95% 分位数",
    "uplift.overlap.table": "进入各组的概率，全部用户的分位数",
    "uplift.overlap.effective": "有效样本量",
    "uplift.controls.table": "对优惠不可能改变的列的效果，每位用户",
    "uplift.controls.column": "列",
    "uplift.controls.effect": "效果",
    "uplift.controls.ok": "✓ 没有发现",
    "uplift.controls.bad": "✗ 有效果",
    # 注意
    "uplift.notes.label": "行动之前",
    "uplift.notes.message": "这些数字的依据，以及没有包括的内容",
    "uplift.note.ignored_id": "未使用，因为它只是用户的标识而不描述用户：{names}。",
    "uplift.note.ignored_outcome_like": "未使用，因为它看起来是发放优惠之后发生的事，例如另一种结果：{names}。",
    "uplift.note.ignored_date": "未使用，因为是日期：{names}。",
    "uplift.note.ignored_constant": "未使用，因为所有用户都相同：{names}。",
    "uplift.note.ignored_many_values": "未使用，因为不同的文字太多，无法学习：{names}。",
    "uplift.note.filled_missing": "已填补并为估计方法标出的缺失单元格：{names} 中共 {n} 个。",
    "uplift.note.small_arm": "因用户太少而未使用的组：{names}。",
    "uplift.note.shares_not_checked": "没有给出各组计划的比例，因此无法知道是否有某组的行丢失。",
    "uplift.note.no_cost": "没有给出成本：昂贵的优惠与便宜的看起来一样好，只要比不发放带来更多就算划算。",
    "uplift.note.sampled": "为节省时间，各估计方法在随机抽取的 {n} 位用户上比较；采用的方法再从全部用户学习。",
    "uplift.note.trimmed": "某一组对其几乎不可能、因此未计入估计的用户：{n} 位。结论对他们不成立。",
    "uplift.note.few_events": "只有 {n} 位用户出现该结果：区间很宽，单个效果是粗略的。",
    "uplift.note.negative_cost": "成本为负、按原样使用的用户：{n} 位。请确认是否有意如此。",
    "uplift.note.no_types": "响应类型只对“发生或不发生”的结果列出，不对金额列出：其占比无法得知。",
    "uplift.note.features": "用于区分用户的列有 {n} 个：{names}。",
    "uplift.note.and_more": "{names} 等，另有 {n} 个",
    "uplift.note.intervals": (
        "各组、各策略和各十分之一的区间对这样的群体成立。它们把排序当作给定；单个用户的区间是粗略的，"
        "不能作为给不给某个人优惠的理由。"
    ),
    "uplift.note.forecast": (
        "预测把整个过程（包括对估计方法的选择）在一部分用户上重做，在其余用户上估值，轮流进行。"
        "它适用于与表中相似的用户、相似的优惠和同样的季节。"
    ),
    # 术语
    "uplift_term.effect": "效果（增量）",
    "uplift_meaning.effect": "优惠引起的变化，与没有优惠时会发生的情况相比",
    "uplift_term.arm": "组",
    "uplift_meaning.arm": "得到同一种优惠（或没有得到优惠）的用户",
    "uplift_term.value-cost-profit": "价值、成本、利润",
    "uplift_meaning.value-cost-profit": "扣除成本前优惠带来的；优惠的花费；价值减成本",
    "uplift_term.policy": "策略",
    "uplift_meaning.policy": "规定谁得到哪种优惠的规则",
    "uplift_term.left-out": "留出用户",
    "uplift_meaning.left-out": "估计方法学习时没有见过、用来检验它的用户",
    "uplift_term.95-interval": "95% 区间",
    "uplift_meaning.95-interval": "100 次这样的研究中有 95 次包含真值的范围",
    "uplift_term.uplift-curve": "增量曲线（Qini）",
    "uplift_meaning.uplift-curve": "先发给排在前面的用户，得到优惠的人越来越多时带来的结果",
    "uplift_term.area": "面积",
    "uplift_meaning.area": "该曲线的平均高度：不论发放比例是多少，这种排序值多少",
    "uplift_term.doubly-robust": "双重稳健",
    "uplift_meaning.doubly-robust": "预测每个结果，再用预测的误差校正；两者之一正确即可",
    "uplift_term.weights-alone": "仅按权重（SNIPS）",
    "uplift_meaning.weights-alone": "策略所给与实际所得一致的用户的均值，不用任何预测：用来核对",
    "uplift_term.balance": "平衡",
    "uplift_meaning.balance": "试验之前各组是否相似，抽签时应当如此",
    "uplift_term.overlap": "重叠",
    "uplift_meaning.overlap": "每一组里是否都有各种用户",
    "uplift_term.negative-control": "阴性对照",
    "uplift_meaning.negative-control": "优惠不可能改变的列；对它有效果，就说明设计有误",
    "uplift_term.outcome": "等比例效果",
    "uplift_meaning.outcome": "假定效果占每人本来会做的同一比例；每种方法都必须胜过的基准",
    "uplift_term.ridge-t": "岭回归 T-learner",
    "uplift_meaning.ridge-t": "对每组各建一个线性模型；效果是两者之差",
    "uplift_term.dr-learner": "DR-learner",
    "uplift_meaning.dr-learner": "直接对效果建线性模型，从双重稳健的差值学习",
    "uplift_term.r-learner": "R-learner",
    "uplift_meaning.r-learner": "去掉预期部分之后，对结果与发放的剩余部分建线性模型",
    "uplift_term.structured": "意愿与敏感度",
    "uplift_meaning.structured": "提升树轮流学习：用户本来会做什么，以及优惠怎样改变它",
    "uplift_term.s-learner": "S-learner",
    "uplift_meaning.s-learner": "一个提升树模型，优惠是其中的一列",
}
