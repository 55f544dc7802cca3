"""中文:模拟报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "模拟商店，预设 {preset}",
    "simulation.synthetic": "合成数据：模拟商店，没有真实用户",
    "simulation.found": "模拟商店“{preset}”的 {periods} 个周期，与没有优惠的同一商店相比（模拟世界数：{worlds}）。",
    "simulation.gained": "策略“{policy}”使利润变化 {profit}，销售额变化 {sales}，优惠成本为 {cost}。",
    "simulation.lead": "在花费相同时，利润比“{first}”多 {lead}。",
    "simulation.r2": "“{policy}”从 {fresh} 位新用户学习，预测真实效果的 R2 为 {r2}。",
    "simulation.chart": "每个策略在模拟商店“{preset}”里改变了什么",
    "simulation.measure": "与没有优惠的同一商店相比的变化，百分比，所有周期合计",
    "simulation.measure.buyers": "购买用户",
    "simulation.measure.sales": "销售额",
    "simulation.measure.profit": "利润",
    "simulation.label_policies": "策略",
    "simulation.message_policies": "每个策略在所有周期里增加了什么，花费了多少",
    "simulation.table_policies": "所有周期合计，各世界的均值",
    "simulation.label": "{policy} 的周期",
    "simulation.message": "每个周期发生了什么，旁边是没有任何优惠的同一商店",
    "simulation.table": "各世界的均值",
    "simulation.column.policy": "策略",
    "simulation.column.lead": "花费相同时比“{first}”多的利润",
    "simulation.column.period": "周期",
    "simulation.column.offered": "得到优惠的用户",
    "simulation.column.buyers": "购买用户",
    "simulation.column.sales": "销售额",
    "simulation.column.cost": "优惠成本",
    "simulation.column.profit": "利润",
    "simulation.column.more_sales": "增加的销售额",
    "simulation.column.more_profit": "增加的利润",
    "simulation.how": (
        "所有商店的用户、过去和运气都相同，区别只在优惠。区间是各世界均值的区间（95%，学生 t 分布）。"
        "提前发生的购买会在有优惠的商店的后续周期中缺失，因此会扣减其成绩。"
    ),
    "simulation.equal_spend": (
        "花费相同：把第一个策略随机给更少的用户，使其成本等于另一个策略的成本；它的利润按比例缩小。"
        "“ceiling”和“oracle”只看下一个周期：优惠对以后周期的影响不计在内。"
    ),
    "simulation.footer": (
        "由 Offerloop 生成；同样的数字见 simulation.json，每个世界的每个周期见 periods.parquet，"
        "第一个世界里第一个策略的数据表和 offerloop.toml 在本文件旁边。"
    ),
}
