from django.urls import path

from apps.messaging.views import accounts, hooks, outbox, words

app_name = "messaging"

urlpatterns = [
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/customers/<int:pk>/", outbox.customer_ledger, name="customer"),
    path("outbox/customers/<int:pk>/code/", accounts.follow_code, name="follow"),
    path("outbox/<int:pk>/resolution/", outbox.resolution_create, name="resolve"),
    path("outbox/words/", words.words_list, name="words"),
    path("outbox/words/entry/", words.words_update, name="words_edit"),
    path("outbox/words/preview/", words.preview, name="words_preview"),
    path("outbox/words/<str:kind>/approvals/<int:pk>/", words.approval_update, name="approve"),
    path("outbox/accounts/", accounts.account_list, name="accounts"),
    path("outbox/accounts/entry/", accounts.account_update, name="account"),
    path("outbox/accounts/<str:provider>/switch/", accounts.switch_update, name="account_switch"),
    path("outbox/accounts/<str:provider>/test/", accounts.test_create, name="account_test"),
    path("hooks/messages/<str:key>/receipts/", hooks.receipt_create, name="receipts"),
    path("hooks/messages/<str:key>/replies/", hooks.reply_create, name="replies"),
    path("hooks/wechat/<str:key>/", hooks.wechat_create, name="wechat"),
]
