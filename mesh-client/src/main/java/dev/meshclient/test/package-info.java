/**
 * For unit tests of code that calls through a mesh: the production mesh with a clock that the test moves and services that a test
 * scripts, without sockets. It needs no test framework.
 */
@NullMarked
package dev.meshclient.test;

import org.jspecify.annotations.NullMarked;
