"""中文:用历史订单回放优惠."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "replay.shop": "优惠在历史订单上的回放",
    "replay.title": "优惠在历史订单上的回放，{first}至{last}",
    "replay.when": "{first}至{last}的订单",
    "replay.assumption": "不假设行为改变：订单与时间都不变，不论谁会多买或少买。",
    "replay.found": "在 {orders} 笔历史订单中，这些优惠会触及 {touched} 笔（{share}），共减免 {discount}",
    "replay.nothing": "在 {orders} 笔历史订单中，这些优惠不会触及任何一笔。",
    "replay.gifts": "，另有赠品成本 {gifts}",
    "replay.paid": "；其中商店自己承担 {cost}。",
    "replay.margin": "这些订单的毛利由 {before} 变为 {after}。",
    "replay.tile.touched": "触及的订单",
    "replay.tile.touched_note": "占 {orders} 笔订单的 {share}",
    "replay.tile.discount": "减免",
    "replay.tile.discount_note": "占优惠前 {before} 的 {share}",
    "replay.tile.cost": "商店承担",
    "replay.tile.cost_note": "减免与赠品，减去供应商承担的 {funded}",
    "replay.tile.margin": "优惠后毛利",
    "replay.tile.margin_note": "优惠前 {before}",
    "replay.unknown": "未知",
    "replay.chart.day": "减免发生在什么时候，按天",
    "replay.chart.week": "减免发生在什么时候，按周",
    "replay.measure": "减免，{currency}",
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
    "replay.label_offers": "优惠",
    "replay.message_offers": "每个优惠会减免多少，从高到低",
    "replay.table_offers": "文件中的所有优惠",
    "replay.label_limits": "它不能说明什么",
    "replay.message_limits": "这是对过去的账单，不是预测",
    "replay.behaviour": (
        "优惠的目的是改变购买；会改变多少，不在这些数字里。优惠会带来的销售不在其中，只是被提前的购买也不在其中。"
    ),
    "replay.label_left_out": "未计入",
    "replay.message_left_out": "文件中没有计入任何订单的行",
    "replay.table_left_out": "未计入的行，按原因",
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
    "replay.footer": "由 Offerloop 生成。数字见 days.csv、offers.csv 和 replay.json，触及的订单见 orders.csv。",
}
