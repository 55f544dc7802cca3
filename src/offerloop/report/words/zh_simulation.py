"""中文:模拟报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "模拟商店，预设 {preset}",
    "simulation.synthetic": "合成数据：模拟商店，没有真实用户",
    "simulation.found": (
        "在模拟商店“{preset}”的 {periods} 个周期里，与没有优惠的同一商店相比，策略“{policy}”使利润变化 {profit}"
        "（{worlds} 个世界的均值）；销售额变化 {sales}，优惠成本为 {cost}。"
    ),
    "simulation.label": "周期",
    "simulation.message": "每个周期发生了什么，旁边是没有任何优惠的同一商店",
    "simulation.table": "各世界的均值",
    "simulation.column.period": "周期",
    "simulation.column.offered": "得到优惠的用户",
    "simulation.column.buyers": "购买用户",
    "simulation.column.sales": "销售额",
    "simulation.column.cost": "优惠成本",
    "simulation.column.profit": "利润",
    "simulation.column.more_sales": "增加的销售额",
    "simulation.column.more_profit": "增加的利润",
    "simulation.how": (
        "两个商店的用户和运气都相同，区别只在优惠。区间是各世界均值的区间（95%，学生 t 分布）。"
        "提前发生的购买会在有优惠的商店的后续周期中缺失，因此会扣减其成绩。"
    ),
    "simulation.footer": (
        "由 Offerloop 生成；同样的数字见 simulation.json，每个世界的每个周期见 periods.parquet，"
        "第一个世界的数据表和 offerloop.toml 在本文件旁边。"
    ),
}
