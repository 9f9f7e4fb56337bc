from rest_framework.routers import SimpleRouter

from apps.callbacks.api.callbacks import CallbackViewSet
from apps.callbacks.api.surveys import SurveyViewSet

router = SimpleRouter()
router.register("callbacks", CallbackViewSet, basename="callback")
router.register("surveys", SurveyViewSet, basename="survey")
urlpatterns = router.urls
