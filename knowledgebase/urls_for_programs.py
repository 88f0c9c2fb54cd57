"""Where programs look for what there is: fixed names at the root of the site."""

from django.urls import path

from knowledgebase import for_programs

urlpatterns = [
    path("llms.txt", for_programs.llms, name="llms"),
    path("robots.txt", for_programs.robots, name="robots"),
    path("sitemap.xml", for_programs.site_map, name="site-map"),
]
