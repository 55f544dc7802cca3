"""其他模块以英文写入数据表的句子:英文模板对应中文;`{name}` 代表任意文字."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    # 清洗规则
    "all rows": "全部行",
    "filter 'where'": "筛选条件 where",
    "exact copy": "完全重复",
    "scanned again": "重复扫码",
    "unreadable": "无法读取",
    "incomplete": "不完整",
    "impossible time": "时间不合理",
    "before the window": "早于时间窗口",
    "after the window": "晚于时间窗口",
    "other currency": "其他币种",
    "test order": "测试订单",
    "anonymous customer": "匿名用户",
    "unit cost is 0": "成本为零",
    "several texts": "商品名称不一",
    "non-merchandise": "非商品",
    "marked as returned": "标记为退货",
    "nothing sold": "没有售出",
    "return": "退货",
    "return without a sale": "无对应销售的退货",
    "returned in full": "全部退货",
    "returned in part": "部分退货",
    "quantity zero with money": "数量为零但有金额",
    "quantity is a measure": "数量是计量值",
    "paid below zero": "实付低于零",
    "category unknown": "品类未知",
    "not on the product list": "不在商品表中",
    "no consent": "未同意个性化",
    "retention": "超过保存期限",
    "suppressed": "已要求删除",
    "older than privacy.retention_days = {days}; kept nowhere": (
        "早于 privacy.retention_days = {days}；任何地方都不保留"
    ),
    "of customers without consent (privacy.fit_without_consent); kept nowhere": (
        "未同意个性化的用户的行（privacy.fit_without_consent）；任何地方都不保留"
    ),
    "on the list privacy.suppress; kept nowhere": "在 privacy.suppress 名单上；任何地方都不保留",
    "bulk buyers": "大宗买家",
    "offers' discounts": "优惠的折扣",
    "no column has coupons: what is off beyond usual shelf discounts is the coupon of the offer shown": (
        "没有列记录优惠券：超出通常货架折扣的部分算作所展示优惠的抵扣"
    ),
    "rows in the source": "来源中的行数",
    "rows that later stages see": "后续步骤使用的行数",
    "the same row again, in every mapped column": "所有映射的列都与另一行相同",
    "the same product again in one order: added to its first line, which adds {money} to sales": (
        "同一订单中的同一商品：合并到第一行，销售额因此增加 {money}"
    ),
    "a cell that must hold a number or a time holds none": "应为数字或时间的单元格不是数字或时间",
    "order, customer, product, quantity, time or amount is missing": "缺少订单、用户、商品、数量、时间或金额",
    "before 1900 or after 3000": "早于 1900 年或晚于 3000 年",
    "before clean.first_day = {day}": "早于 clean.first_day = {day}",
    "after clean.last_day = {day}": "晚于 clean.last_day = {day}",
    "not in {currency}; amounts cannot be added": "不是 {currency}；金额不能相加",
    "an id that matches clean.test_ids": "编号符合 clean.test_ids",
    "a customer id that matches clean.anonymous_ids": "用户编号符合 clean.anonymous_ids",
    "a unit cost of 0 is one that is not known: for such products shop.margin counts": (
        "成本为 0 视为未知:这些商品按 shop.margin 计算毛利"
    ),
    "after the plan": "晚于计划时点",
    "on profiles.as_of = {day} or later: not known then": "在 profiles.as_of = {day} 当天或之后：计划时尚不知道",
    "products with several texts: the commonest one is shown": "同一商品有多个名称:显示最常见的一个",
    "postage, fees, samples: never recommended, and in no offer; clean.drop_non_merchandise leaves them out": (
        "邮费、服务费、样品等:不推荐,也不进入优惠;设 clean.drop_non_merchandise 可剔除这些订单行"
    ),
    "the column 'returned' says so": "returned 列如此标明",
    "no unit and no money: a record of the till, not a sale": "没有数量也没有金额：是收银记录，不是销售",
    "netted against the customer's latest purchase of the product": "与该用户最近一次购买该商品相抵",
    "the customer bought no such product before, or has given all of it back": (
        "该用户之前没有买过这种商品，或已全部退回"
    ),
    "nothing is left of the sale": "销售已全部抵消",
    "units and money of the return are taken off": "扣除退货的数量和金额",
    "the line carries money, so at least one unit was sold: quantity becomes 1": "该行有金额，至少售出一件：数量改为 1",
    "more than {n} units is a weight or volume (fuel): quantity becomes 1": (
        "超过 {n} 的数量是重量或体积（如燃油）：数量改为 1"
    ),
    "a coupon was worth more than its line; kept, so that the order's total stays right": (
        "优惠券金额超过该行金额；予以保留，使订单合计保持正确"
    ),
    "the product stays, in the category 'unknown', which never gets an offer": (
        "保留该商品，归入“unknown”品类，该品类从不发放优惠"
    ),
    "sold (rejected lines apart) but not on the list: added as 'unknown', so that no sale is lost": (
        "已售出（被剔除的行除外）但不在商品表中：以“unknown”品类补入，以免丢失销售"
    ),
    "customers with units beyond clean.bulk_quantile: bots, resellers; they carry the tag 'bulk buyer'": (
        "购买数量超过 clean.bulk_quantile 的用户：机器人、转售者；带有“大宗买家”标签"
    ),
    # 画像特征
    "days from the last purchase to the moment of the profile": "最近一次购买到画像时点的天数",
    "days from the first purchase to the moment of the profile": "首次购买到画像时点的天数",
    "orders": "订单数",
    "days with a purchase": "有购买的天数",
    "what the shop received, minor units": "商家收到的金额，最小货币单位",
    "mean days between days with a purchase": "相邻购买日之间的平均天数",
    "spend per order, minor units": "每单消费，最小货币单位",
    "units per order": "每单件数",
    "order lines per order": "每单的订单行数",
    "distinct products": "不同商品数",
    "distinct categories": "不同品类数",
    "distinct stores": "不同门店数",
    "distinct channels, such as online and store": "不同渠道数，如线上和门店",
    "0 where order lines name none": "订单行未注明时为 0",
    "category of highest spend, ties to the first by name": "消费最高的品类，并列时取名称靠前者",
    "brand of highest spend, ties to the first by name": "消费最高的品牌，并列时取名称靠前者",
    "its share of spend": "其占消费的比例",
    "share of order lines bought below list price": "低于标价购买的订单行占比",
    "shelf discount over value at list price": "货架折扣与标价金额之比",
    "share of order lines with a coupon": "使用优惠券的订单行占比",
    "campaigns received": "收到的营销活动数",
    "coupons redeemed": "核销的优惠券数",
    "share of orders on Saturday or Sunday": "周六或周日的订单占比",
    "spend in the last {days} days, minor units": "最近 {days} 天的消费，最小货币单位",
    "orders in the last {days} days": "最近 {days} 天的订单数",
    "(last {days} days - {before} before) / their sum, of spend: -1 to 1": (
        "消费的（最近 {days} 天 − 此前 {before} 天）/ 两者之和：−1 到 1"
    ),
    "shopping days expected in the next {days} days (BG/NBD)": "预计未来 {days} 天的购买天数（BG/NBD）",
    "chance of being still active (BG/NBD)": "仍活跃的概率（BG/NBD）",
    "never empty": "从不为空",
    "empty for everyone where purchases do not show that customers stop": "购买记录看不出用户会停止购买时，所有人为空",
    "empty for everyone where purchases do not show that customers stop; empty for who bought on one day only": (
        "购买记录看不出用户会停止购买时，所有人为空；只在一天购买过的用户也为空"
    ),
    "the median; 'one_day_only' marks them": "取中位数；由 one_day_only 标出",
    "0 where nothing was spent": "没有消费时为 0",
    "0 where nothing had a price": "没有标价时为 0",
    "0 where both are 0": "两者均为 0 时为 0",
    "products viewed in the last {days} days": "最近 {days} 天浏览的商品数",
    "products put into the cart or wished for in the last {days} days": "最近 {days} 天加入购物车或心愿单的商品数",
    "mean rating given": "给出的平均评分",
    "0 where nothing was rated": "没有评分时为 0",
    "offers shown": "展示过的优惠数",
    # 历史活动的说明
    "The {days} days before it begin {missing} days before the data: only {kept} are known, these were used.": (
        "活动前的 {days} 天有 {missing} 天早于数据：只知道其中 {kept} 天，已使用这些天。"
    ),
    "The {days} days before it begin {missing} days before the data: only {kept} are known, too few to adjust by.": (
        "活动前的 {days} 天有 {missing} 天早于数据：只知道其中 {kept} 天，太少，无法校正。"
    ),
    "No earlier period is left for a placebo.": "没有更早的时期可做安慰剂检验。",
    "The campaign runs on after the last day known.": "活动在已知的最后一天之后仍在进行。",
    # 检验
    "depth of next week": "下一周的折扣深度",
    "depth of last week": "上一周的折扣深度",
    "depth of {n} weeks ago": "{n} 周前的折扣深度",
    "another customer's depth": "另一位用户的折扣深度",
    "value in other categories": "其他品类的金额",
    "buys in other categories": "其他品类的购买",
    "top minus bottom decile": "最高十分位减最低十分位",
    "the same, depth permuted over weeks": "同上，折扣深度在各周之间打乱",
    "calibration slope": "校准斜率",
    "no effect (|t| below 2)": "没有效果（|t| 小于 2）",
    "above 0 (t above 2)": "大于 0（t 大于 2）",
    "within 0.05 of 0 per unit of depth (0.5 points for ten)": (
        "每单位深度与 0 相差不超过 0.05（十个百分点为 0.5 个百分点）"
    ),
    "0.5 to 1.2": "0.5 至 1.2",
    "below 0 where purchases were only brought forward": "如果购买只是提前，则小于 0",
    # 结果读取
    "cost as forecast, not observed": "成本按预测计，未经观察",
    "observed in the order lines": "从订单行中观察",
    "observed in the redemptions": "从核销记录中观察",
    "revenue of as many days before the plan": "计划之前同样天数的销售额",
    "group as the hash of the id names it": "按编号哈希值应属的组",
    "holdout among all customers": "全部用户中的留出组",
    "business as usual among all customers": "全部用户中沿用现行做法的一组",
    "holdout among planned customers": "计划用户中的留出组",
    "holdout among exposed customers": "曝光用户中的留出组",
    "lowest fifth": "最低五分之一",
    "second fifth": "第二个五分之一",
    "middle fifth": "中间五分之一",
    "fourth fifth": "第四个五分之一",
    "highest fifth": "最高五分之一",
    "campaign {name}: {treated} treated and {held} held back": "营销活动 {name}：{treated} 人得到优惠，{held} 人留出",
    "plan and business as usual: {plan} and {usual} customers": "计划与现行做法：{plan} 人和 {usual} 人",
    "business as usual and holdout: {usual} and {held} customers": "现行做法与留出组：{usual} 人和 {held} 人",
    "offers by lot: {n} customers drew one": "抽签发放：{n} 位用户抽中",
    "{kind} by lot: fewer than {n} customers, or {buyers} buyers, drew it or drew nothing": (
        "抽签发放 {kind}：抽中或未抽中的用户少于 {n} 人，或其中购买者少于 {buyers} 人"
    ),
    "{name}: {treated} treated and {held} held back": "{name}：{treated} 人得到优惠，{held} 人留出",
    "The period ends with the last order of the file, {day}.": "时期截至文件中的最后一笔订单，{day}。",
    "The orders reach to {day}; without a given end the period is {days} days.": (
        "订单截至 {day}；没有指定结束日时，时期为 {days} 天。"
    ),
    "The last order of the file is of {day}, before the period ends.": ("文件中的最后一笔订单是 {day}，早于时期结束。"),
    "{n} customers of the orders are not in the run and are left out.": "订单中有 {n} 位用户不在该次运行中，未纳入。",
    "Offers reached {n} customers of the holdout, which makes effects look smaller than they are.": (
        "优惠触达了留出组中的 {n} 位用户，这会使效果看起来偏小。"
    ),
    "No effect is shown: of the customers planned for an offer {sent} got it and {held} were held back, and fewer than "
    "{least} on one side say nothing; plan for more customers or set a larger experiment.holdout next time.": (
        "没有显示效果：计划的用户中 {sent} 人得到优惠，{held} 人被留出，任何一边少于 {least} 人都说明不了什么；"
        "下次请为更多用户制定计划，或调高 experiment.holdout。"
    ),
    "No effect is shown: of the {sent} customers with the plan's offer and the {held} held back only {n} bought in the "
    "period, and fewer than {least} on one side say nothing; read out a longer period, plan for more customers or set "
    "a larger experiment.holdout next time.": (
        "没有显示效果：在得到计划优惠的 {sent} 人和被留出的 {held} 人中，该时期只有 {n} 人购买，"
        "任何一边少于 {least} 人购买都说明不了什么；请读出更长的时期，"
        "或下次为更多用户制定计划、调高 experiment.holdout。"
    ),
    "No effect is shown: {rule}; {cause}.": "没有显示效果：{rule}；{cause}。",
    "{rule}: {held} held back and {rest} not, where {expected} and {others} were expected (p = {p}, below 0.001)": (
        "{rule}：{held} 人被留出，{rest} 人未留出，而预期为 {expected} 人和 {others} 人（p = {p}，低于 0.001）"
    ),
    "{rule}: {held} drawn and {rest} not, where {expected} and {others} were expected (p = {p}, below 0.001)": (
        "{rule}：{held} 人被抽中，{rest} 人未抽中，而预期为 {expected} 人和 {others} 人（p = {p}，低于 0.001）"
    ),
    "{wrong} of {all} customers are not in the group that the hash of their id names (no chance is involved, so no "
    "p-value)": "{all} 位用户中有 {wrong} 位不在其编号哈希值应属的组（与偶然无关，因此没有 p 值）",
    "rows of one side were probably lost or filtered, in the list that was sent or in a join; find the missing "
    "customers, or read out the assignments as the run wrote them": (
        "可能有一边的数据行在发送的名单或关联中丢失或被过滤；请找出缺失的用户，或按该次运行写出的名单读取结果"
    ),
    "the log probably leaves out customers who got nothing, or offers did not reach everybody planned; log the holdout "
    "with an empty offer and read out again, or leave the exposures away to compare all who were planned": (
        "日志可能没有记录没有得到优惠的用户，或优惠没有触达全部计划用户；请以空优惠记录留出组后重新读取，"
        "或不提供曝光记录，改为比较全部计划用户"
    ),
    "the assignments were edited, or holdout and holdout_seed are not those of the run; read out the files as the run "
    "wrote them": "名单被改动过，或 holdout 和 holdout_seed 与该次运行不同；请按该次运行写出的文件读取结果",
    "Revenue before the plan already differed between the groups (p = {p}): bad luck of the draw, or earlier offers "
    "still at work; prefer the adjusted figures.": (
        "各组在计划之前的销售额已有差异（p = {p}）：可能是抽取的运气，或以前的优惠仍在起作用；请以校正后的数字为准。"
    ),
    "The part of coupons that suppliers pay is taken from the offers' terms, not from the order lines.": (
        "优惠券中由供应商承担的部分取自优惠条款，而不是订单行。"
    ),
    "Redemptions are counted whole, whatever the period.": "核销记录全部计入，不论时期。",
    # 优惠的说法
    "{percent} % off {category} for {hours} hours": "{category} {hours} 小时内立减 {percent}%",
    "{percent} % off for {hours} hours": "{hours} 小时内立减 {percent}%",
    "{percent} % off everything": "全场立减 {percent}%",
    "{percent} % off {category}": "{category} 立减 {percent}%",
    "{off} off from {spend} {currency}": "满 {spend} {currency} 减 {off}",
    # 数据的缺口
    "the data hold {n} full weeks; the response to shelf prices needs at least {least}: add older order lines": (
        "数据只有 {n} 个完整的周；学习对货架价格的响应至少需要 {least} 周：请补充更早的订单行"
    ),
    "no category has a usable sale in a full week, so no response to discounts can be estimated": (
        "没有一个品类在完整的周内有可用的销售，因此无法估计对折扣的响应"
    ),
    "no product is sold often enough to have a weekly price, so no response to shelf prices can be estimated: add "
    "order lines, or lower response.min_lines_per_product": (
        "没有一种商品的销量足以得出每周价格，因此无法估计对货架价格的响应：请补充订单行，或调低 "
        "response.min_lines_per_product"
    ),
    "only {n} pairs of a customer and a category were seen buying; the response to shelf prices needs {least}: "
    "add order "
    "lines, or lower response.min_lines_per_product": (
        "只观察到 {n} 个有购买的用户品类对；学习对货架价格的响应需要 {least} 个：请补充订单行，或调低 "
        "response.min_lines_per_product"
    ),
    "discounts at the shelf did not vary between products and weeks, so no response to them can be estimated: map "
    "'discount' and 'list_value' of the order lines, or add weeks with price changes": (
        "货架折扣在商品之间和各周之间没有变化，因此无法估计对折扣的响应：请映射订单行的 discount 和 list_value，"
        "或补充有价格变动的周"
    ),
    "in the {days} days from {day} no earlier customer bought a known product for the first time, so recommenders "
    "cannot be compared; give more order lines or a longer window": (
        "从 {day} 起的 {days} 天内，没有老用户首次购买已知的商品，因此无法比较推荐模型；请提供更多订单行或更长的窗口"
    ),
    "before {day} no product had {n} or more buyers, so nothing can be recommended as of that day; give older order "
    "lines": "在 {day} 之前，没有商品的购买人数达到 {n} 人，因此截至当天无法推荐；请提供更早的订单行",
    "the exposures have no propensity, so what was shown says nothing of what it caused; log with each exposure the "
    "chance with which its offer was chosen ('offerloop run' writes it)": (
        "曝光记录没有投放概率，因此投放了什么说明不了它的作用；请在每条记录中写明该优惠被选中的概率"
        "（offerloop run 会写出）"
    ),
    "the exposures hold {nothing} finished windows in which deliberately nothing was shown and {n} configured offers "
    "with {least} finished windows each; to learn effects from them both are needed, {each} of each, so log those who "
    "get nothing too": (
        "曝光记录中有 {nothing} 个有意不投放的完整窗口，以及 {n} 种各有 {least} 个完整窗口的已配置优惠；"
        "要从中学到效果，两者缺一不可，各需 {each} 个，因此也请记录没有得到优惠的用户"
    ),
    "the offers that were shown take money off, but no order line says that anything was taken off, so what they cost "
    "is not known and the exposures are not used; map 'coupon', 'discount' or 'list_value' of the order lines": (
        "投放过的优惠会减少付款，但没有订单行写明减了多少，因此不知道优惠的成本，曝光记录未被使用；"
        "请映射订单行的 coupon、discount 或 list_value"
    ),
    "the offers that were shown take money off, but order lines have no coupons, and their discounts are not surely "
    "higher with an offer than without, so what offers cost is not known and the exposures are not used; map 'coupon' "
    "of the order lines": (
        "投放过的优惠会减少付款，但订单行没有优惠券金额，且有优惠时的折扣并不明显高于没有优惠时，因此不知道优惠的成本，"
        "曝光记录未被使用；请映射订单行的 coupon"
    ),
    # 策略评估
    "The customers' earlier decisions do not fit this policy (mean weight {mean} instead of 1): offers changed "
    "meanwhile, or were not drawn anew each time; give exposures of one menu, each with its own draw.": (
        "用户此前的决策与该策略不符（平均权重为 {mean}，应为 1）：其间更换过优惠，或并非每次重新抽取；"
        "请给出同一组优惠、每次独立抽取的曝光。"
    ),
    "Only {n} decisions speak about this policy when it is kept, fewer than {least}; log more exposures of each "
    "customer, or fewer different offers.": (
        "持续执行该策略时只有 {n} 次决策能说明它，少于 {least} 次；请记录每位用户的更多曝光，或减少不同优惠的数量。"
    ),
    "The policy chooses '{offer}' with a mean probability of {share}, but the log never shows it; show it to a random "
    "share of the customers, or leave it out of the policy.": (
        "策略以 {share} 的平均概率选择“{offer}”，但日志中从未投放过它；请随机向一部分用户投放，或从策略中去掉它。"
    ),
    "The policy chooses '{offer}' in {n} decisions where the log could not have shown it; show it at random to some "
    "customers of that kind, or leave it out for them.": (
        "策略在 {n} 次决策中选择“{offer}”，而日志在这些决策中不可能投放它；请随机向部分这类用户投放，或不对他们使用它。"
    ),
    "The policy never chooses what a customer of the log was shown, so the log says nothing about it; show its choice "
    "to a random share of the customers.": (
        "策略从不选择日志中用户实际看到的优惠，因此日志对它没有说明力；请随机向一部分用户投放它的选择。"
    ),
}
