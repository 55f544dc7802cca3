"""What the read-out of the article's case says, in English and in Chinese."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    "case.opening": (
        "Synthetic: {customers} customers and {products} products of the simulated shop '{preset}', {periods} "
        "weeks with offers against the same weeks without, worlds simulated: {worlds}."
    ),
    "case.one_world": "One world tells nothing of the spread: there are no intervals.",
    "case.level.times": "'{policy}' at {level} times the preset's budget",
    "case.level.percent": "{level} % off everything for everybody, paid by the shop",
    "case.level.nothing": "no offer at all",
    "case.reached": (
        "Yes: {point} reaches {buyers_goal} more buyers and {sales_goal} more sales without losing profit: buyers "
        "{buyers}, sales {sales}, profit {profit}."
    ),
    "case.unclear": (
        "It cannot be told: {point} may or may not reach {buyers_goal} more buyers and {sales_goal} more sales "
        "without losing profit: buyers {buyers}, sales {sales}, profit {profit}."
    ),
    "case.at_a_loss": (
        "Only at a loss, if at all: wherever {buyers_goal} more buyers and {sales_goal} more sales may be reached, "
        "profit is lost. The least is lost by {point}: buyers {buyers}, sales {sales}, profit {profit}."
    ),
    "case.not_reached": (
        "No budget does: none of the {n} combinations of policy and budget reaches {buyers_goal} more buyers and "
        "{sales_goal} more sales, with or without losing profit. Nearest is {point}: buyers {buyers}, sales "
        "{sales}, profit {profit}."
    ),
    "case.best": (
        "What a shop could do best for its profit, chosen in each world by the other worlds: {points}. In the "
        "worlds that had no say in the choice: profit {profit} ({profit_share}), sales {sales_share}, buyers "
        "{buyers_share}, at a cost of {cost}."
    ),
    "case.best_of": "{point} (worlds: {n})",
    "case.same_spend": "At the same spend of {cost} for every policy, the profit of '{ours}' is",
    "case.ahead": "ahead of '{policy}' by {lead}",
    "case.behind": "behind '{policy}' by {lead}",
    "case.level_with": "not clearly different from that of '{policy}' ({lead})",
    "case.content": (
        "Satisfaction (用户满意度), {point}: the mean rating of {plain_stars} stars changes by {stars}, the share "
        "of order lines returned of {plain_returns} by {returns}, the number of orders by {orders}; {annoyed} of "
        "the offers reach customers whom offers annoy."
    ),
    "case.not_simulated": (
        "Not simulated: customers who opt out of offers for good (those whom offers annoy only come less often "
        "while they are told of them), a product's quality that would change, and what other shops do. Returns do "
        "not depend on offers in this shop: its share of lines moves by what is bought only."
    ),
    "case.x": "spend, % of the sales without offers",
    "case.y": "{measure}, change in %",
    "case.column.policy": "policy",
    "case.column.level": "budget or depth",
    "case.column.cost": "spend",
    "case.chart.sweep": "What buyers, sales and profit do against spend",
    "case.table.sweep": "Every policy at every budget, means over worlds",
    "case.table.equal": "At the same spend, means over worlds",
    "case.label.best": "Best for profit",
    "case.message.best": "What pays best, and what sales are there",
    "case.label.equal": "Same spend",
    "case.message.equal": "What each policy changes at the same spend",
    "case.label.content": "Satisfaction 用户满意度",
    "case.message.content": "What offers do to ratings, returns and orders",
    "case.footer": ("Made by Offerloop from examples/case/case.py; the notebook beside this page shows every step."),
    "case.same_budget": (
        "Within the preset's budget, which counts the most that offers can cost and not what is spent, that of "
        "'{ours}' is"
    ),
}

CHINESE: dict[str, str] = {
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

WORDS = {"en": ENGLISH, "zh": CHINESE}
"""By language."""
