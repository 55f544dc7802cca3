"""简体中文."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 连接方式
    "percent": "%",
    "line": "  {label}  {text}",
    "quoted": "“{text}”",
    # 优惠
    "offer.coupon": "{category} 立减 {percent}",
    "offer.coupon_all": "全场立减 {percent}",
    "offer.flash_sale": "{hours} 小时限时抢购，全场立减 {percent}",
    "offer.flash_sale_on": "{hours} 小时限时抢购，{category} 立减 {percent}",
    # 用户画像
    "feature.n_orders": "订单数",
    "feature.spend_minor": "累计消费",
    "feature.recency_days": "最近一次购买",
    "feature.basket_minor": "平均每单",
    "feature.top_category": "消费最多的品类",
    "feature.discount_share": "折扣购买占比",
    "feature.trend": "消费趋势",
    "feature.p_active": "仍然活跃",
    "value.activity_unknown.shop": "未知（本店的购买记录看不出用户会停止购买）",
    "value.activity_unknown.one_day": "未知（只在一天购买过）",
    "profile.liked_repeat": "可能再次购买",
    "profile.liked_new": "可能喜欢的新品",
    "profile.liked_popular": "大家常买",
    "profile.because.bought": "{product}：在 {about} 天里买过",
    "profile.because.bought_once": "{product}：只在一天买过",
    "profile.because.goes_with": "{product}：与该用户买过的 {about} 相配",
    "profile.because.new_like": "{product}：尚未售出过的新品，描述与 {about} 相近",
    "profile.because.popular": "{product}：近期热门",
    "tag.loyal": "忠诚",
    "tag.big basket": "大单",
    "tag.lapsing": "流失风险",
    "tag.newcomer": "新客",
    "tag.deal seeker": "价格敏感",
    "tag.pays full price": "价格不敏感",
    "tag.coupon user": "爱用券",
    "tag.explorer": "爱尝新",
    "tag.weekend shopper": "周末型",
    "tag.growing": "增长",
    "tag.shrinking": "下滑",
    "tag.one-category": "专一",
    "tag.bulk buyer": "大宗买家",
    "rule.loyal": "订单数多于五分之四的用户，且仍活跃的概率不低于 90%",
    "rule.big basket": "每单消费高于五分之四的用户",
    "rule.lapsing": "仍活跃的概率低于 50%",
    "rule.newcomer": "首次购买在最近 91 天内",
    "rule.deal seeker": "低于标价购买的订单行占比高于五分之四的用户",
    "rule.pays full price": "低于标价购买的订单行占比位于后五分之一",
    "rule.coupon user": "核销过至少三张券",
    "rule.explorer": "每个订单行对应的不同商品数多于五分之四的用户",
    "rule.weekend shopper": "至少 60% 的订单在周六或周日",
    "rule.growing": "最近一个季度的消费比上一季度增加一半以上",
    "rule.shrinking": "最近一个季度的消费比上一季度减少三分之一以上",
    "rule.one-category": "至少 40% 的消费集中在数据中有名称的一个品类",
    "rule.bulk buyer": "清洗时标记：购买数量远超一般用户",
    # 依据
    "basis.transferred": "由货架价格推算",
    "basis.measured": "由此前的效果评估测得",
    "basis.estimated": "由随机投放的优惠估计",
    "basis.assumed": "商家自己的假设，没有数据支持",
    "basis.unknown": "未知：没有数据表明其效果",
    # 运营,标题与决策
    "marketer.decision": "决策",
    "marketer.profile": "用户画像",
    "marketer.candidates": "可选的优惠",
    "marketer.prices": "预算影子价格",
    "marketer.why": "为什么这样决定",
    "marketer.why_not": "为什么不是其他优惠",
    "marketer.changes": "什么会改变决策",
    "marketer.sure": "有多大把握",
    "decision.plan": "按计划发放 {offer}，营销活动 {campaign}。",
    "decision.explore": "抽签发放 {offer}，营销活动 {campaign}。",
    "decision.usual": "按现行做法发放 {offer}，营销活动 {campaign}。",
    "decision.none": "不发放优惠：{reason}。",
    "decision.most": "最大负债",
    "decision.cost": "预期成本",
    "decision.value": "增量毛利",
    "decision.profit": "增量利润",
    "decision.held_out": "留出增量利润",
    "decision.basis": "效果依据",
    "decision.products": "展示商品",
    "decision.propensity": "投放概率",
    "decision.value_text": "{value}（扣除优惠成本之前）",
    "decision.profit_text": "{profit}（{what}；用的是计划据以选择的估计，往往偏高）",
    "decision.profit_assumed": "{profit}（属于假设：{what}）",
    "decision.held_out_text": "{profit}（由没有参与选择的那一半用户来估值）",
    "decision.propensity_text": "{share}（在所有随机分组上得到这个结果的概率）",
    "decision.no_limit": "没有上限",
    "decision.unknown_text": "未知",
    "reason.holdout": "属于长期留出组",
    "reason.held_back": "本期被随机抽中，暂不发放计划的优惠",
    "reason.usual": "属于沿用现行做法的一组，而现行做法在此不发放",
    "reason.lot": "由抽签决定，抽到的是不发放",
    "reason.no_campaign_pays": "没有营销活动会发出",
    "reason.no_effect_known": "没有数据表明任何优惠的效果",
    "reason.no_consent": "用户未同意个性化优惠",
    "reason.outside": "不在任何营销活动的人群中",
    "reason.no_basis": "最近没有可供判断的购买",
    "reason.no_offer_pays": "没有一种优惠对该用户划算",
    "reason.budget_spent": "预算用在了回报更高的地方",
    # 运营,表格
    "table.offer": "优惠",
    "table.value": "增量毛利",
    "table.cost": "预期成本",
    "table.most": "最大负债",
    "table.profit": "增量利润 [低, 高]",
    "table.net": "扣除预算后",
    "table.basis": "依据",
    "table.own": "{offer}（{campaign}）",
    "table.mark_given": "* {offer}",
    "table.mark_planned": "+ {offer}",
    "table.mark_other": "  {offer}",
    "table.note": (
        "* 实际发放，+ 仅按计划会发放。列出效果已知的 {n} 种优惠中增量利润最高的几种，以及下文提到的优惠。"
        "“扣除预算后”= 增量利润 − 影子价格 x 占用的预算；营销活动不发出时为 –。"
        "金额的位数比最小货币单位更细，便于核对；单个用户的区间是粗略的。"
    ),
    "table.short.transferred": "货架价格",
    "table.short.measured": "已测得",
    "table.short.estimated": "已估计",
    "table.short.assumed": "假设",
    "table.empty": "没有一种优惠对该用户的效果是已知的。",
    "table.untried": "效果未知，因此只通过抽签发放：{offers}。",
    # 运营,影子价格
    "price.used": "{campaign}：预算每增加 {one}，增量利润增加 {price}。预算 {budget}，每份优惠按{basis}计入。",
    "price.unused": "{campaign}：0。预算 {budget} 没有用完，再增加也不会带来增量利润。每份优惠按{basis}计入。",
    "price.not_sent": "{campaign}：不发出，因此不影响这里的决策。其最佳方案的预测为 {forecast}，没有明确高于零。",
    "price.not_sent_others": (
        "{campaign}：不发出，因此不影响这里的决策。单独进行的预测为 {forecast}，"
        "但在相同的用户和限制下，其他营销活动带来更多。"
    ),
    "price.not_sent_expected": (
        "{campaign}：不发出，因此不影响这里的决策。其最佳方案的预测为 {forecast}，未充分高于零。"
    ),
    "price.no_forecast": "{campaign}：不发出，因此不影响这里的决策。没有数据表明其优惠的效果，因此没有预测。",
    "price.basis.liability": "最大负债",
    "price.basis.expected": "预期成本",
    # 运营,为什么
    "why.best_profit": (
        "在所属的营销活动中，{offer} 的增量利润扣除预算的价值后最高：{profit} − {price} x {cost} = {net}，"
        "高于零，也就是高于不发放。"
    ),
    "why.plain_best": "计划给出的是 {offer}，增量利润 {profit}，扣除预算后为 {net}。",
    "why.plain_best_kept": "计划本会给出 {offer}，增量利润 {profit}，扣除预算后为 {net}。",
    "why.budget_spent": (
        "{offer} 估计带来 {profit}，但它占用的 {cost} 预算用在其他用户身上能带来 {earned}"
        "（{profit} − {price} x {cost} = {net}）。在会发出的营销活动中，没有别的优惠对该用户更好。"
    ),
    "why.no_offer_pays": (
        "会发出的营销活动中，每一种优惠的预期成本都不低于它带来的增量毛利。最好的是 {offer}："
        "增量毛利 {value} 减预期成本 {cost} 为 {profit}。"
    ),
    "why.no_offer_pays_unit": "会发出的营销活动中，没有一种优惠估计会带来什么。最好的是 {offer}：增量毛利 {value}。",
    "why.no_campaign_pays": "没有一个营销活动的预测达到发出的条件，因此谁都没有优惠。",
    "why.no_effect_known": "没有数据表明任何优惠的效果，因此没有预测，谁都没有优惠。",
    "why.no_consent": "该用户未同意个性化优惠，因此既不挑选也不抽取。",
    "why.outside": "该用户不在任何营销活动的人群中：配置中的规则如此规定。",
    "why.no_basis": "最近没有购买过有优惠的品类，因此无法判断优惠会给该用户带来什么变化。",
    "why.holdout": (
        "按用户编号的哈希值，该用户属于从不发放优惠的 {share} 用户。这是随机的，每次运行都相同，与用户画像无关。"
    ),
    "why.held_back": "每一期都重新随机抽取少数用户，暂不发放计划的优惠，以观察优惠的作用。这是随机的，与用户画像无关。",
    "why.usual": "按用户编号的哈希值，该用户属于沿用现行做法的一组，用来与计划比较。这是随机的，每次运行都相同。",
    "why.lot": "该用户被抽中用于探索：少数用户通过抽签得到某种优惠或不发放。画像不影响抽签，只决定哪些优惠可以被抽到。",
    "why.would_get": "仅按计划会发放 {offer}。",
    "why.would_get_none": "仅按计划同样不会发放。",
    "why.lot_instead": "仅按计划不会发放。",
    "why.same_as_plan": "结果与计划相同。",
    "why.rounding": (
        "用记录的影子价格重新计算，会选 {offer}。差别在预算的取整范围之内：优惠只能整份发放，由最后放得下的一份决定。"
    ),
    "why.unexplained": (
        "用记录的影子价格重新计算，会选 {offer}，而预算的取整不能解释这一差别。以记录的决策为准；"
        "本次运行的文件可能被改动过。"
    ),
    # 运营,为什么不是
    "why_not.item": "{offer}：{why}",
    "why_not.kept_back_holdout": "计划的选择，但该用户属于长期留出组。",
    "why_not.kept_back_holdback": "计划的选择，但本期对该用户暂不发放。",
    "why_not.kept_back_usual": "计划的选择，但该用户沿用现行做法。",
    "why_not.kept_back_explore": "计划的选择，但该用户由抽签决定。",
    "why_not.not_sent": "所属的营销活动 {campaign} 不发出，因为其预测没有明确高于零。",
    "why_not.not_sent_others": "所属的营销活动 {campaign} 不发出，因为在相同的用户和限制下，其他营销活动带来更多。",
    "why_not.not_sent_expected": "所属的营销活动 {campaign} 不发出，因为其预测未充分高于零。",
    "why_not.negative": "会亏钱：增量毛利 {value} 减预期成本 {cost} 为 {profit}。",
    "why_not.negative_unit": "估计不会带来什么：增量毛利 {value}。",
    "why_not.taken": "更早的营销活动已经给该用户安排了优惠。",
    "why_not.below_price": "每 {one} 预算带来 {per}，而预算用在别处能带来 {price}（扣除预算后 {net}）。",
    "why_not.less_profit": "扣除预算后较低：{net}，对比 {best}。",
    "why_not.dearer": "增量利润较高（{profit}，对比 {best_profit}），但多占的预算不值：扣除预算后 {net}，对比 {best}。",
    "why_not.rounding": "与预算最后支付的那些优惠不相上下，由整份发放和取整决定。",
    # 运营,什么会改变决策
    "change.consent": "由用户本人给出的同意。",
    "change.audience": "营销活动的人群规则改变。",
    "change.random": "没有。这是随机抽取，也必须保持随机，否则无法从对比中得出结论。",
    "change.runner_up": "其他条件不变时，如果 {offer} 的增量毛利降低 {lead}（占其 {share}），{second} 会胜出。",
    "change.no_runner_up": "其他条件不变时，如果 {offer} 的增量毛利降低 {lead}（占其 {share}），该营销活动就不会发放。",
    "change.at_margin": "{offer} 正处在预算的边界上：估计稍有变化，决策就会不同。",
    "change.price": (
        "当每 {one} 预算的影子价格从 {now} 降到 {price} 以下时，会发放 {offer}。按这些估计，预算约需 {budget}"
        "（现在 {budget_now}）；新增预算的回报介于这两个价格之间。"
    ),
    "change.limits": (
        "当其预算和触达用在别处时，每 {one} 预算带来的少于 {price}（现在 {now}），会发放 {offer}。"
        "放宽限制会降低这一数值。"
    ),
    "change.rounding": "该用户正处在预算的边界上：多一份优惠的预算就会改变决策。",
    "change.share": (
        "当供应商承担折扣的 {share} 时（现在 {now}），{offer} 可以保本。要真正发放，它的回报还必须高于预算用在别处的"
        "回报。"
    ),
    "change.margin": "毛利率达到 {margin} 时（现在 {now}），同一优惠也可以保本。",
    "change.no_margin": "单靠毛利率无法让它划算。",
    "change.margin_assumed": "它的增量毛利是商家自己的假设，因此与毛利率无关。",
    "change.no_response": "它的增量毛利估计为零：只有完全不由我们承担成本时才能保本。",
    "change.harm": "它的增量毛利估计低于零：除非估计改变，否则不值得发放。",
    "change.no_value": "它的增量毛利估计为零：除非估计改变，否则不值得占用预算。",
    "change.purchase": "在有优惠的 {n} 个品类之一购买过商品，例如 {examples}。",
    "change.any_purchase": "任何一次购买：凡是在计划日之前 {days} 天内购买过的用户，随机投放的优惠的效果就是已知的。",
    "change.no_category": "没有一种优惠的效果能由购买推算；只能靠商家自己的假设。",
    "change.not_sent": "{campaign} 的预测必须明确高于零；现在为 {forecast}。",
    "change.not_sent_others": "{campaign} 必须比会发出的营销活动带来更多；单独进行的预测为 {forecast}。",
    "change.not_sent_expected": "{campaign} 的预测必须充分高于零；现在为 {forecast}。",
    "change.no_forecast": (
        "{campaign} 需要有预测：来自有变化的货架折扣、带有概率的随机展示记录，或商家自己的假设（assumed）。"
    ),
    "change.campaign_share": "当供应商承担每份折扣的 {share} 时，{campaign} 明确划算。",
    "change.campaign_best": (
        "单就该用户而言，{offer} 估计为 {profit}；但单个最高的估计平均偏高，所以以整个营销活动的预测为准。"
    ),
    # 运营,把握
    "sure.transferred": (
        "效果来自购买随货架价格的变化，而不是随机发放的优惠券。单个用户的估计很粗略；请先相信整个营销活动的预测。"
    ),
    "sure.measured": "凡是测得的效果，其区间由所有用户共享，不会相互抵消。",
    "sure.estimated": (
        "效果由随机投放的优惠估计，投放只凭运气，因此平均值可靠。谁的响应更强则不那么确定，单个用户的区间也很粗略；"
        "请先相信整个营销活动的预测。"
    ),
    "sure.transferred_others": "凡是由货架价格推算的效果，都来自购买随货架价格的变化，而不是随机投放的优惠。",
    "sure.assumed": "凡是假设的效果，对每个用户都按同一个预期计算，任何区间都不包含它的误差。",
    "sure.none": "对该用户没有可供判断的估计。",
    # 客服
    "support.gets": "用户 {customer} 得到的优惠：{offer}。",
    "support.none": "用户 {customer} 这次没有个性化优惠。",
    "support.none_ever": "用户 {customer} 不会得到个性化优惠。",
    "support.why.best_profit": "原因：系统比较了该用户可以得到的优惠，选出了相对其成本预计带来最多额外购买的一种。",
    "support.why.budget_spent": "原因：优惠的预算有限，用在了预计变化更大的地方。这不是对该用户的评价。",
    "support.why.no_offer_pays": "原因：对该用户来说，没有一种优惠预计带来的额外购买足以抵消折扣。",
    "support.why.no_campaign_pays": "原因：目前没有发出任何个性化优惠活动，所有用户都一样。",
    "support.why.no_effect_known": "原因：目前还不知道个性化优惠会带来什么变化，所以谁都没有。",
    "support.why.no_consent": "原因：该用户未同意个性化优惠，系统予以尊重。",
    "support.why.outside": "原因：本期优惠面向其他群体。",
    "support.why.no_basis": "原因：最近没有购买过有优惠的品类，系统无法判断哪种优惠合适。",
    "support.why.holdout": (
        "原因：随机。该用户被随机分到对照组（占全部用户的 {share}），这一组不发放个性化优惠，用来检验优惠是否有效。"
    ),
    "support.why.held_back": "原因：随机。每一期都重新随机抽取少数用户不发放个性化优惠，用来检验优惠是否有效。",
    "support.why.usual": "原因：随机。该用户被随机分到沿用现行做法的对照组，用来检验新的选择方式是否更好。",
    "support.why.lot": "原因：随机。少数用户是否得到优惠、得到哪一种由抽签决定，用来检验哪些优惠有效。",
    "support.not_punished": "这不是惩罚，也不是奖励：与该用户做过什么、买过什么都没有关系。",
    "support.facts.purchases": "使用的信息：该用户最近几个月在各品类买了什么、多久买一次、当时的货架价格和折扣。",
    "support.facts.estimated": (
        "使用的信息：该用户总体上以及在有优惠的品类中多久买一次、最近何时购买、买了多少，其中多少是折扣购买。"
        "用户如何响应是从随机投放的优惠中学到的。"
    ),
    "support.facts.both": (
        "使用的信息：该用户最近几个月在各品类买了什么、多久买一次、买了多少、当时的货架价格和折扣。"
        "用户如何响应是从这些信息和随机投放的优惠中学到的。"
    ),
    "support.facts.scope": "优惠针对 {category}。",
    "support.facts.category": "优惠针对 {category}，该用户最近几个月购买过。",
    "support.facts.top": "优惠针对 {category}，这是该用户消费最多的品类。",
    "support.facts.assumed": "这种优惠的效果是商家自己的预期，对每个用户都相同；用户的购买只用于与之比较的其他优惠。",
    "support.facts.none": "使用的信息：最近没有购买过这些品类。",
    "support.facts.holdout": "使用的信息：仅用户编号，用于抽取。",
    "support.facts.held_back": "使用的信息：抽取本身没有使用任何信息。",
    "support.facts.usual": "使用的信息：抽取仅使用用户编号；此外是商家现行优惠规则所列的信息。",
    "support.facts.lot": "使用的信息：抽签本身没有使用任何信息；只有哪些优惠参加抽签可能与该用户的购买有关。",
    "support.facts.no_consent": "使用的信息：仅“未同意”这一事实。",
    "support.facts.outside": "使用的信息：人群规则所列的信息。",
    "support.facts.campaign": "使用的信息：没有使用该用户的信息；这是对所有用户统一作出的决定。",
    # 用户
    "customer.why.top": "为什么是它：{category} 是您在我们这里消费最多的品类。",
    "customer.why.category": "为什么是它：您最近几个月在我们这里买过 {category}。",
    "customer.why.all": "为什么是它：我们为您比较了各种优惠，它排在第一位。",
    "customer.why.usual": "为什么是它：这是我们现行的优惠规则给您的。",
    "customer.why.usual_none": (
        "我们现行的规则这次没有给您优惠。您沿用现行规则是随机抽取的结果，与您本人、与您买什么都没有关系。"
    ),
    "customer.why.lot": "为什么是它：它是随机抽取的。我们会随机发放少量优惠，以了解哪些优惠真正有帮助。",
    "customer.why.lot_none": (
        "这是随机抽取的结果：有时我们不发放，以了解优惠是否真正有帮助。这与您本人、与您买什么都没有关系。"
    ),
    "customer.why.holdout": (
        "这是随机抽取的结果：有一组不发放，以检验优惠是否真正有帮助。这与您本人、与您买什么都没有关系。"
    ),
    "customer.why.held_back": (
        "这是随机抽取的结果：每一期都有少数用户不发放，以检验优惠是否真正有帮助。这与您本人、与您买什么都没有关系。"
    ),
    "customer.why.budget_spent": "优惠数量有限，这次没有轮到您。",
    "customer.why.no_offer_pays": "我们为您比较了各种优惠，这次没有合适的。",
    "customer.why.no_campaign_pays": "我们目前不发放个性化优惠。",
    "customer.why.no_effect_known": "我们目前不发放个性化优惠。",
    "customer.why.no_consent": "您没有同意个性化优惠，因此我们不会为您挑选优惠。",
    "customer.why.outside": "本期优惠面向其他群体。",
    "customer.why.no_basis": "您最近没有购买过我们有优惠的品类，所以无法为您挑选。",
    "customer.liked_repeat": "下次购买可以看看：{products}。",
    "customer.liked_new": "您还没买过的：{products}。",
    "customer.liked_popular": "近期热门：{products}。",
    "customer.because.bought": "{product}，您在 {about} 天里买过",
    "customer.because.bought_once": "{product}，您买过",
    "customer.because.goes_with": "{product}，与您买过的 {about} 相配",
    "customer.because.new_like": "{product}，本店新品，与 {about} 相近",
    "customer.because.popular": "{product}，近期热门",
    "customer.personalised": "这一价格是系统根据您的购买记录自动为您个性化的（《个人信息保护法》第二十四条）。",
    "customer.personalised_lot": "这一价格是系统自动为您设定的（《个人信息保护法》第二十四条）。",
    "customer.automated": "这是系统根据您的购买记录自动决定的，没有人查看过您的账户。",
    "customer.automated_draw": "抽取由系统自动进行，没有人查看过您的账户。",
    "customer.automated_all": "这是系统自动决定的，没有人查看过您的账户。",
}
