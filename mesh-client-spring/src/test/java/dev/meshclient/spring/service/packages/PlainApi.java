package dev.meshclient.spring.service.packages;

import org.springframework.web.service.annotation.GetExchange;

public interface PlainApi {
    @GetExchange("/plain")
    String plain();
}
