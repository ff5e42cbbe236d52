package dev.meshclient.spring.web;

import java.io.IOException;
import java.io.InputStream;
import okhttp3.Response;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response of OkHttp. */
final class OkHttpClientHttpResponse implements ClientHttpResponse {
    private final Response response;
    private final HttpStatusCode status;
    private final HttpHeaders headers;

    private OkHttpClientHttpResponse(Response response) throws IOException {
        this.response = response;
        this.status = MessageConversion.status(response);
        this.headers = MessageConversion.headers(response);
    }

    /** Closes a response that Spring cannot have. */
    static OkHttpClientHttpResponse of(Response response) throws IOException {
        try {
            return new OkHttpClientHttpResponse(response);
        } catch (IOException | RuntimeException e) {
            response.close();
            throw e;
        }
    }

    @Override
    public HttpStatusCode getStatusCode() {
        return status;
    }

    @Override
    public String getStatusText() {
        return response.message();
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    @Override
    public InputStream getBody() {
        return response.body().byteStream();
    }

    /** Ends the call if its body was not read to the end. */
    @Override
    public void close() {
        response.close();
    }
}
