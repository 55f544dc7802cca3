"""中文:模拟报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "模拟商店，预设 {preset}",
    "simulation.synthetic": "合成数据：模拟商店，没有真实用户",
    "simulation.measure": "与没有优惠的同一商店相比的变化，百分比，所有周期合计",
    "simulation.measure.buyers": "购买用户",
    "simulation.measure.sales": "销售额",
    "simulation.measure.profit": "利润",
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
    "simulation.column.more_conversion": "增加的转化率",
    "simulation.column.regret": "遗憾值",
    "simulation.column.same_spend": "花费相同时增加的利润",
}
