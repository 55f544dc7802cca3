"""中文:用模拟做规划的报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "planning.most": (
        "按模拟（合成数据，预设“{preset}”，{periods} 个周期，世界数 {worlds}），利润最多的是{best}："
        "比没有优惠的同一商店多 {profit}，成本为 {cost}，销售额变化 {sales}，转化率变化 {conversion}。"
    ),
    "planning.unclear": (
        "按模拟（合成数据，预设“{preset}”，{periods} 个周期，世界数 {worlds}），"
        "没有一种组合明确比没有优惠的同一商店多赚；最多的是{best}："
        "利润变化 {profit}，成本为 {cost}，销售额变化 {sales}，转化率变化 {conversion}。"
    ),
    "planning.loss": (
        "按模拟（合成数据，预设“{preset}”，{periods} 个周期，世界数 {worlds}），"
        "没有一种组合的利润高于不发放；损失最少的是{best}："
        "利润变化 {profit}，成本为 {cost}，销售额变化 {sales}，转化率变化 {conversion}。"
    ),
    "planning.lead_clear": "它的利润比第二名（{next}）多 {lead}，超出了各世界之间的离散。",
    "planning.lead_unclear": "它的利润比第二名（{next}）多 {lead}，没有超出各世界之间的离散：两者无法区分。",
    "planning.lead_unknown": "它的利润比第二名（{next}）多 {lead}；只有一个世界，无法判断这是否只是运气。",
    "planning.policy": "策略“{policy}”",
    "planning.budget": "每位用户每个周期 {value} 的预算",
    "planning.supplier_share": "{value} 的供应商承担比例",
    "planning.explore": "{value} 的随机试发比例",
    "planning.short.supplier_share": "供应商 {value}",
    "planning.short.explore": "试发 {value}",
    "planning.column.budget": "每位用户每个周期的预算",
    "planning.column.supplier_share": "供应商承担比例",
    "planning.column.explore": "随机试发比例",
    "planning.chart": "利润最多：{best}",
    "planning.measure": "{periods} 个周期里比没有优惠的同一商店多的利润，以及各世界之间的离散",
    "planning.label": "组合",
    "planning.message": "每种预算、供应商承担比例和随机试发比例会带来什么",
    "planning.table": "所有周期合计，各世界的均值",
    "planning.how": (
        "所有组合的用户、过去和运气都相同，没有优惠的商店也一样。区间是各世界均值的区间（95%，学生 t 分布）；"
        "领先按世界配对。许多组合中最好的一个看起来总比实际更好：相信它的数字之前，请换一个种子在别的世界里再运行一次。"
        "转化率是一个周期内购买的用户所占的比例。"
    ),
    "planning.levers": (
        "预算是一个周期里优惠最多可能让商店花的钱，实际花费更少。供应商承担比例是每笔优惠中由供应商支付的部分："
        "供应商为此提出的条件不在这些数字里，比例越高，同样的预算能覆盖越多用户。随机试发比例是策略“loop”从预算中随机发放的部分，"
        "最多发给十分之一的用户；这样学到的东西在以后的周期里也有用，短期规划看不到。"
    ),
    "planning.footer": (
        "由 Offerloop 生成；同样的数字见 simulation.json，每个世界、每种组合的每个周期见 periods.parquet，"
        "第一个世界里第一种组合的数据表和 offerloop.toml 在本文件旁边。"
    ),
}
