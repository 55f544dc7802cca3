"""简体中文：结果读取页."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "readout.cost": "成本按预测计，未经观察",
    "readout.title": "{shop}：优惠带来了什么，{first} 至 {last}",
    "readout.skip": "跳到结论",
    "readout.when": "运行 {run} 的计划带来了什么，{first} 至 {last}",
    "readout.footer": (
        "本报告由 Offerloop 根据该次运行的数据表及之后的订单生成；同样的数字见 readout.json，每项估计见 "
        "effects.parquet，每位用户见 outcomes.parquet，都在本文件旁边。"
    ),
    "readout.mark": "随机对照比较",
    "readout.mark_cost": "随机对照比较；{cost}",
    "readout.and_cost": "；{cost}",
    "readout.in_brackets": "（{cost}）",
    "result.bought": "购买的用户",
    "result.n_orders": "订单数",
    "result.revenue_minor": "销售额",
    "result.margin_minor": "扣除优惠成本前的毛利",
    "result.cost_minor": "优惠成本",
    "result.profit_minor": "增量利润",
    "result.before_revenue_minor": "计划之前的销售额",
    "method.adjusted": "校正",
    "method.unadjusted": "未校正",
    "method.weighted": "加权",
    # 结论
    "found.groups": "{treated} 位得到优惠的用户对比 {held} 位被留出的用户",
    "found.days": "{first} 至 {last}",
    "found.raised": "{days}，计划的优惠使利润增加 {profit}（{groups}{cost}）。",
    "found.lowered": "{days}，计划的优惠使利润减少：变化为 {profit}（{groups}{cost}）。",
    "found.unclear": "没有明确的效果：{days}，计划的优惠使利润变化 {profit}（{groups}{cost}），区间包含零。",
    "found.power": (
        "以 {treated} 位和 {held} 位用户，如果人均利润的效果达到 {least} 或以上，这一比较在 100 次中有 80 次能显示出"
        "来；"
        "更小的效果可能存在而没有显现。"
    ),
    # 现行做法
    "usual.question": "比现在的做法更好吗？",
    "usual.yes": (
        "是：{days}，计划比现行做法人均多带来利润 {profit}（{plan} 人按计划执行，{usual} 人沿用现行做法{cost}）。"
    ),
    "usual.no": (
        "否：{days}，与现行做法相比，计划使人均利润变化 {profit}（{plan} 人按计划执行，{usual} 人沿用现行做法{cost}）。"
    ),
    "usual.unclear": (
        "尚未显示：{days}，与现行做法相比，计划使人均利润变化 {profit}，区间包含零"
        "（{plan} 人按计划执行，{usual} 人沿用现行做法{cost}）。"
    ),
    "usual.few": ("还不能回答：其中一组的用户或购买者太少；请读出更长的时期，或下次调高 business_as_usual.share。"),
    "usual.label": "比现在更好吗",
    "usual.text": (
        "谁按计划执行、谁沿用现行做法完全由随机决定。两组的全部用户都参与比较，无论是否得到优惠；"
        "两组的优惠都按其成本计入。"
    ),
    "usual.table": "计划减去现行做法，两组全部用户；95% 区间",
    "usual.alone": "现行做法对比留出组",
    # 四个数字
    "tiles.profit": "增量利润（{days} 天）",
    "tiles.profit_note": "95% 区间 {interval}，{n} 位用户得到优惠{cost}",
    "tiles.forecast": "预测",
    "tiles.none": "无",
    "tiles.no_forecast": "该次运行没有已发放计划的预测",
    "tiles.forecast_week": "预测（一周）",
    "tiles.inside": "95% 区间 {interval}；实际结果在区间之内",
    "tiles.above": "95% 区间 {interval}；实际结果高于区间",
    "tiles.below": "95% 区间 {interval}；实际结果低于区间",
    "tiles.more": "增加的购买用户",
    "tiles.unknown": "未知",
    "tiles.change": "购买用户比例的变化",
    "tiles.change_note": "95% 区间 {interval}，占得到优惠的用户",
    "tiles.anyway": "自然转化",
    "tiles.no_redemption": "没有观察到核销，或数量太少",
    "tiles.anyway_note": "95% 区间 {interval}，占 {n} 位核销用户",
    # 分组
    "draw.column.check": "检验",
    "draw.column.held": "留出",
    "draw.column.inside": "组内",
    "draw.column.outside": "组外",
    "draw.column.expected": "预期",
    "draw.column.p": "p 值",
    "draw.column.verdict": "结论",
    # 优惠改变了什么
    "caused.message": "人均利润变化 {profit}",
    "caused.message_unclear": "人均利润变化 {profit}，区间包含零",
    "caused.column.outcome": "结果",
    "caused.column.method": "方法",
    "caused.column.each": "人均",
    "caused.column.total": "合计",
    "caused.column.relative": "相对于对照组",
    # 预测与实际
    "promised.label": "预测与实际",
    "promised.none": "该次运行的 comparison.parquet 中没有已发放计划的预测。",
    "promised.nothing": "没有可以对比的预测",
    "promised.text": "{days}的实际利润{cost}为 {realised}，{place}（{forecast}）；{overlap}。",
    "promised.inside": "位于预测区间之内",
    "promised.above": "高于预测区间",
    "promised.below": "低于预测区间",
    "promised.overlap": "两个区间有重叠",
    "promised.apart": "两个区间没有重叠",
    "promised.place": "实际利润{place}",
    "promised.place_but": "实际利润{place}，但两个区间有重叠",
    "promised.first_days": "前 {n} 天",
    "promised.days": "{n} 天",
    "promised.shorter": "预测针对一周；目前只读取了其中 {n} 天。",
    "promised.longer": "预测针对一周，因此这里只计 {n} 天中的前 {week} 天。",
    "promised.forecast": "预测",
    "promised.adjusted": "实际，校正",
    "promised.unadjusted": "实际，未校正",
    "promised.table": "增量利润，预测与实际",
    "promised.profit": "增量利润",
    "promised.measure": "{n} 天的增量利润（{currency}），全部得到计划优惠的用户，与不发放相比；95% 区间",
    # 细分人群
    "dogs.label": "反作用人群",
    "dogs.none": "没有一个细分人群在两边都有足够的用户可供判断",
    "dogs.unseen": "在 {n} 个细分人群中没有发现反作用",
    "dogs.one": "优惠对以下人群起了反作用：{names}",
    "dogs.more": "优惠对以下人群起了反作用：{names}",
    "dogs.named": "{name}（人均毛利 {margin}）",
    "dogs.below": "参见下文“结果的局限”。",
    "dogs.intro": (
        "如果某个细分人群得到优惠后毛利更低，且 p 值经霍尔姆校正后仍低于 0.05，就称为反作用。按标签划分的人群相互重叠；"
        "不做校正的话，约二十个区间中就有一个会仅凭偶然而不包含零。"
    ),
    "dogs.tag": "按标签",
    "dogs.fifth": "按预测利润",
    "dogs.mark": "✗ 反作用",
    "dogs.measure": "对扣除优惠成本前毛利的效果（{currency}/人），校正，95% 区间；三角形表示反作用",
    "dogs.table": "各细分人群的毛利效果",
    "dogs.column.segment": "细分人群",
    "dogs.column.margin": "人均毛利",
    "dogs.column.p": "p 值（校正后）",
    "dogs.column.treated": "得到优惠",
    "dogs.says": "共显示 {n} 个细分人群。",
    # 抽签
    "lot.column.kind": "优惠种类",
    "lot.column.drew": "抽中",
    "lot.column.not": "抽中不发放或被留出",
    # 局限与术语
    "bounds.label": "结果的局限",
    "bounds.message": "只要各组是随机的，这就是优惠带来的结果",
    "bounds.cost": "没有观察到优惠的成本：所有利润的{cost}。",
    "bounds.margin_costs": "毛利率与计划相同：按品类的单位成本得出，占标价金额的固定比例。",
    "bounds.margin": "毛利按标价金额的固定比例计算，所有商品相同。",
    "bounds.ahead": "从之后几周提前的购买也算作增量；四周后再读取一次，就能看出有多少。",
    "bounds.same": (
        "被留出的用户在每次运行中都相同：以前的优惠对其他人的影响，只在他们以往消费所能反映的范围内得到校正。"
    ),
    "bounds.few": "因一边的用户或购买者太少而没有列出：{names}。",
    "readout_term.held-back-holdout": "长期留出组",
    "readout_meaning.held-back-holdout": "随机抽取、始终不发放优惠的用户：代表没有优惠时会发生的情况",
    "readout_term.business-as-usual": "现行做法",
    "readout_meaning.business-as-usual": "商家现在的做法，即配置中 business_as_usual 所写的",
    "readout_term.profit": "增量利润",
    "readout_meaning.profit": "优惠改变的毛利，减去优惠的成本",
    "readout_term.95-interval": "95% 区间",
    "readout_meaning.95-interval": "100 次这样的比较中有 95 次包含真值的范围",
    "readout_term.adjusted": "协变量调整",
    "readout_meaning.adjusted": "扣除用户以往消费所能解释的部分，使区间变窄（CUPED）",
    "readout_term.sample-ratio": "样本比例",
    "readout_meaning.sample-ratio": "各组人数与抽取应得人数的对比；不符说明有用户丢失",
    "readout_term.p-value": "p 值",
    "readout_meaning.p-value": "仅凭偶然出现这么大差异的概率",
    "readout_term.holm-s-correction": "霍尔姆校正",
    "readout_meaning.holm-s-correction": "根据考察的人群数量调高的 p 值",
    "readout_term.sleeping-dog": "反作用",
    "readout_meaning.sleeping-dog": "因为优惠反而买得更少的人群",
    "readout_term.bought-anyway": "自然转化",
    "readout_meaning.bought-anyway": "没有优惠也会购买的核销用户",
    "readout_term.by-lot": "随机投放",
    "readout_meaning.by-lot": "少数用户随机得到优惠，以便了解其效果",
    "readout_term.whole-programme": "整体策略",
    "readout_meaning.whole-programme": "按计划执行或参与探索的所有人，无论是否得到优惠，与留出组对比",
}
