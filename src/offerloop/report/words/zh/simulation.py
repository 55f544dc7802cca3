"""中文:模拟报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "simulation.shop": "模拟商店，预设 {preset}",
    "simulation.synthetic": "合成数据：模拟商店，没有真实用户",
    "simulation.found": "模拟商店“{preset}”的 {periods} 个周期，与没有优惠的同一商店相比（模拟世界数：{worlds}）。",
    "simulation.gained": (
        "策略“{policy}”使利润变化 {profit}，销售额变化 {sales}，转化率变化 {conversion}，优惠成本为 {cost}。"
    ),
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
    "simulation.column.more_conversion": "增加的转化率",
    "simulation.column.regret": "遗憾值",
    "simulation.column.same_spend": "花费相同时增加的利润",
    "simulation.how": (
        "所有商店的用户、过去和运气都相同，区别只在优惠。区间是各世界均值的区间（95%，学生 t 分布）。"
        "提前发生的购买会在有优惠的商店的后续周期中缺失，因此会扣减其成绩。"
        "转化率是一个周期内购买的用户所占的比例。"
    ),
    "simulation.equal_spend": (
        "花费相同：把第一个策略随机给更少的用户，使其成本等于另一个策略的成本；它的利润按比例缩小。"
        "“ceiling”和“oracle”只看下一个周期：优惠对以后周期的影响不计在内。"
    ),
    "courses.label": "随时间的变化",
    "courses.message": "每个策略逐个周期增加了多少利润，离最好的还差多少",
    "courses.most": "最后利润最多的是“{policy}”：{profit}",
    "courses.least": "平均而言“{policy}”离“{ceiling}”最近：遗憾值为 {regret}",
    "courses.measure.profit": "到目前为止比没有优惠的同一商店多的利润，以及各世界之间的离散",
    "courses.measure.regret": "到目前为止“{ceiling}”的利润减去该策略的利润，以及各世界之间的离散",
    "courses.table": "最后一个周期之后，各世界的均值",
    "courses.no_ceiling": "计算遗憾值需要知道最好能做到多少：请加上策略“ceiling”或“oracle”。",
    "courses.how": (
        "度量的是商店比没有优惠的孪生商店多实现的利润，两者用户相同，运气相同；不是期望值，因此单周的运气会显现。"
        "遗憾值在每个周期最大负债预算相同的条件下比较各策略；实际花费各不相同，列在表中。"
        "“blanket”不受预算约束，只有在单独出现时才画出。遗憾值可以下降，甚至低于零："
        "“ceiling”和“oracle”在选择时不计优惠对以后周期的影响。"
    ),
    "courses.same_spend": (
        "花费相同：在每个世界里，每个策略都随机少给一些用户，使其花费等于花费最少的策略，平均为 {spend}；"
        "它的利润按比例缩小。什么也不花的策略不参与比较。"
    ),
    "simulation.footer": (
        "由 Offerloop 生成；同样的数字见 simulation.json，每个世界的每个周期见 periods.parquet，"
        "第一个世界里第一个策略的数据表和 offerloop.toml 在本文件旁边。"
    ),
}
