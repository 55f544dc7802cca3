"""中文:用历史订单回放优惠."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "replay.tile.touched": "触及的订单",
    "replay.tile.touched_note": "占 {orders} 笔订单的 {share}",
    "replay.tile.discount": "减免",
    "replay.tile.discount_note": "占优惠前 {before} 的 {share}",
    "replay.tile.cost": "商店承担",
    "replay.tile.cost_note": "减免与赠品，减去供应商承担的 {funded}",
    "replay.tile.margin": "优惠后毛利",
    "replay.tile.margin_note": "优惠前 {before}",
    "replay.chart.day": "减免发生在什么时候，按天",
    "replay.chart.week": "减免发生在什么时候，按周",
    "replay.axis.day": "日",
    "replay.axis.week": "周",
    "replay.column.day": "日期",
    "replay.column.week": "周起始日",
    "replay.column.orders": "订单",
    "replay.column.touched": "触及",
    "replay.column.before": "优惠前",
    "replay.column.discount": "减免",
    "replay.column.funded": "供应商承担",
    "replay.column.gifts": "赠品",
    "replay.column.margin_before": "优惠前毛利",
    "replay.column.margin_after": "优惠后毛利",
    "replay.column.offer": "优惠",
    "replay.column.label": "内容",
    "replay.column.biggest": "单笔最多",
    "replay.column.rule": "原因",
    "replay.column.rows": "行数",
    "replay.note.codes_all": "需要券码的优惠按所有用户都出示券码计算：这是可能的最高成本。",
    "replay.note.codes_none": "需要券码的优惠不触及任何订单：假定没有人出示券码。",
    "replay.note.without_segment": (
        "不知道人群，因此这些优惠不触及任何订单：{offers}。带 segment 列的用户表（--customers）可以补上。"
    ),
    "replay.note.without_channel": "订单没有 channel 列，因此这些优惠不触及任何订单：{offers}。",
    "replay.note.without_category": (
        "不知道品类，因此这些优惠不触及任何订单：{offers}。带 category 列的商品表（--products）可以补上。"
    ),
    "replay.note.without_brand": (
        "不知道品牌，因此这些优惠不触及任何订单：{offers}。带 brand 列的商品表（--products）可以补上。"
    ),
    "replay.note.without_store_id": "订单没有 store_id 列，因此这些限定店铺的优惠不触及任何订单：{offers}。",
    "replay.note.shipping": "订单行里没有运费：包邮在这里不减免任何金额。",
    "replay.note.order_number": "用户的订单只在文件之内计数：第一天之前买过的人也算新用户。",
    "replay.note.days_only": "订单只有日期，没有时刻：每笔按当天开始时计价，很少落在优惠的时段里。",
    "replay.note.reused": "有 {n} 个订单号对应多位用户或多天的订单：每位用户每天的各算一笔订单。",
    "replay.note.zone": "日期按 {zone} 计算，这是假定；可用 --timezone 指定。",
    "replay.note.no_margin": "不知道商品成本，因此不给出毛利：--margin 0.3 或 unit_cost 列可以补上。",
    "replay.note.some_margin": (
        "{lines} 行中只有 {known} 行知道商品成本，因此不给出毛利：其余的行可用 --margin 0.3 代替。"
    ),
    "replay.note.margin": "{lines} 行没有商品成本，其毛利按 {share}% 计算。",
}
