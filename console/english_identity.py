"""English of enrolment and of the locked desk. See `english`."""

# ruff: noqa: E501 - a sentence stands whole, as it does on the screen

IDENTITY: dict[str, str] = {
    "账号已停用，本席已退出登录；未发出的内容已保留": "This account was disabled, the seat is logged out; what was not sent is kept",
    "您的权限已变更，请重新登录；未发出的内容已保留": "Your rights were changed, log in again; what was not sent is kept",
    "下达人的账号已停用，未执行": "The account of whoever gave this was disabled: not carried out",
    "由其他人员登录后重新下达": "Let somebody else log in and give it again",
    "坐席已锁定：输入口令解锁；换人请改工号": "This desk is locked: type your password; somebody else types another number",
    "铃声　登记本机": "Lingsheng  Enrol this machine",
    "本机尚未登记，不能作坐席使用": "This machine is not enrolled and cannot be a seat yet",
    "1 请管理员在中枢上运行 main.py admin invite，取得登记码\n2 在此输入登记码\n3 与管理员通话，逐组核对两个指纹；两边一致才可批准": "1 The administrator runs main.py admin invite at the hub and reads out the code\n2 Type the code here\n3 Compare both fingerprints over the telephone, group by group; approve only when they agree",
    "中枢登记地址": "Hub's door of enrolment",
    "登记码": "Code",
    "本机指纹": "This machine",
    "中枢指纹": "The hub",
    "开始登记 Enter": "Enrol  Enter",
    "请输入登记码": "Type the code",
    "正在联系中枢…": "Calling the hub…",
    "已登记：{name}": "Enrolled: {name}",
    "中枢的登记端口没有应答，继续尝试：请管理员先邀请本机，并检查网络": "The door of enrolment does not answer, trying on: ask the administrator to invite this machine, look at the network",
    "登记码正确，本机将是 {name}。请通话核对指纹，等待批准…": "The code is right, this will be {name}. Compare the fingerprints over the telephone; waiting for approval…",
    "登记码不对，请重新输入": "Wrong code, type it again",
    "登记码已过期，请管理员重新邀请": "The code has run out: ask for a new one",
    "错误次数过多，请管理员重新邀请": "Too many wrong codes: ask for a new one",
    "此登记码已被另一台机器使用：请立即告知管理员，不要批准": "Another machine used this code: tell the administrator at once, do not approve",
    "此机已被注销，请与管理员联系": "This machine was struck off, ask the administrator",
    "未能登记：{why}": "Not enrolled: {why}",
}
