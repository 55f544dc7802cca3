"""中文:文章案例的结果."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "case.opening": (
        "合成数据：模拟商店“{preset}”的 {customers} 位用户和 {products} 种商品，{periods} 周有优惠，"
        "与没有优惠的同样几周相比，模拟世界数：{worlds}。"
    ),
    "case.one_world": "一个世界看不出波动：没有区间。",
    "case.level.times": "“{policy}”，预设预算的 {level} 倍",
    "case.level.percent": "所有商品对所有人减 {level}%，由商店承担",
    "case.level.nothing": "不发任何优惠",
    "case.reached": (
        "能：{point} 使购买用户增加 {buyers_goal}、销售额增加 {sales_goal} 而不损失利润：购买用户 {buyers}，销售额 "
        "{sales}，利润 {profit}。"
    ),
    "case.unclear": (
        "无法判断：{point} 是否使购买用户增加 {buyers_goal}、销售额增加 {sales_goal} 而不损失利润：购买用户 "
        "{buyers}，销售额 {sales}，利润 {profit}。"
    ),
    "case.at_a_loss": (
        "即使能，也只有亏损才行：凡可能使购买用户增加 {buyers_goal}、销售额增加 {sales_goal} 的都损失利润。"
        "损失最少的是 {point}：购买用户 {buyers}，销售额 {sales}，利润 {profit}。"
    ),
    "case.not_reached": (
        "没有一个预算能做到：{n} 种策略与预算的组合，无论是否损失利润，都不能使购买用户增加 {buyers_goal}、"
        "销售额增加 {sales_goal}。最接近的是 {point}：购买用户 {buyers}，销售额 {sales}，利润 {profit}。"
    ),
    "case.best": (
        "商店为利润能做的最好选择，每个世界由其他世界选出：{points}。在没有参与选择的世界里：利润 "
        "{profit}（{profit_share}），销售额 {sales_share}，购买用户 {buyers_share}，成本 {cost}。"
    ),
    "case.best_of": "{point}（世界数：{n}）",
    "case.same_spend": "每个策略花费同为 {cost} 时，“{ours}”的利润：",
    "case.ahead": "比“{policy}”多 {lead}",
    "case.behind": "比“{policy}”少 {lead}",
    "case.level_with": "与“{policy}”没有明显差别（{lead}）",
    "case.content": (
        "用户满意度，{point}：平均评分 {plain_stars} 星，变化 {stars}；退货订单行占 {plain_returns}，变化 "
        "{returns}；订单数变化 {orders}；{annoyed} 的优惠发给了会被优惠打扰的用户。"
    ),
    "case.not_simulated": (
        "没有模拟：永久拒收优惠的用户（会被打扰的用户只是在收到优惠时少来），商品质量的变化，以及其他商店的行为。"
        "在这个商店里退货与优惠无关：退货比例只随所买的东西变化。"
    ),
    "case.x": "花费，占没有优惠时销售额的百分比",
    "case.y": "{measure}，变化百分比",
    "case.column.policy": "策略",
    "case.column.level": "预算或深度",
    "case.column.cost": "花费",
    "case.chart.sweep": "购买用户、销售额和利润随花费的变化",
    "case.table.sweep": "每个策略的每个预算，各世界的均值",
    "case.table.equal": "花费相同，各世界的均值",
    "case.label.best": "利润最好",
    "case.message.best": "什么最赚钱，那时的销售额是多少",
    "case.label.equal": "花费相同",
    "case.message.equal": "花费相同时每个策略改变了什么",
    "case.label.content": "用户满意度",
    "case.message.content": "优惠对评分、退货和订单的影响",
    "case.footer": "由 Offerloop 根据 examples/case/case.py 生成；旁边的笔记本展示每一步。",
    "case.same_budget": "在预设预算内（预算按最大负债计，不按实际花费计），“{ours}”的利润：",
}
