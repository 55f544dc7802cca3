"""中文:策略评估报告."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 术语
    "evaluation_term.decision": "决策",
    "evaluation_meaning.decision": "一次曝光：一位用户看到了什么，包括有意不发放",
    "evaluation_term.propensity": "投放概率",
    "evaluation_meaning.propensity": "所投放的内容被选中的概率，在选择时就已知",
    "evaluation_term.policy": "策略",
    "evaluation_meaning.policy": "规定以什么概率向用户展示什么的规则",
    "evaluation_term.value-cost-profit": "毛利、成本、利润",
    "evaluation_meaning.value-cost-profit": "窗口内订单扣除优惠成本前的毛利；优惠券中自己承担的部分；毛利减去成本",
    "evaluation_term.kept": "持续执行的策略",
    "evaluation_meaning.kept": "对用户的所有决策都由它作出的策略，而不只是被估值的那一次",
    "evaluation_term.effective-sample-size": "有效样本量",
    "evaluation_meaning.effective-sample-size": "相当于多少次权重相等的决策；不足 1,000 时区间可能过窄",
    "evaluation_term.ips": "IPS",
    "evaluation_meaning.ips": "结果乘以权重的均值（逆概率加权）",
    "evaluation_term.snips": "SNIPS",
    "evaluation_meaning.snips": "同上，再除以权重之和（自归一化）",
    "evaluation_term.dr": "DR",
    "evaluation_meaning.dr": "对每个结果的预测，再用加权误差修正（双重稳健）",
    "evaluation_term.switch-dr": "SWITCH-DR",
    "evaluation_meaning.switch-dr": "权重过大之处只相信预测的 DR",
}
