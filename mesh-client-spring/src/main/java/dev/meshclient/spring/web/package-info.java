/** OkHttp, with the mesh or without it, below Spring's HTTP clients. */
@NullMarked
package dev.meshclient.spring.web;

import org.jspecify.annotations.NullMarked;
