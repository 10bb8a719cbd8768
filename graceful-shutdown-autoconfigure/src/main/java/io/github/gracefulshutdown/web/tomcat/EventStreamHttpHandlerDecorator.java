/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.github.gracefulshutdown.web.tomcat;

import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * Lets event streams of WebFlux be ended between two events. WebFlux writes from threads
 * of its own, so that nobody else can tell when it is not writing.
 *
 * @since 0.1.0
 */
public final class EventStreamHttpHandlerDecorator implements HttpHandlerDecoratorFactory {

	@Override
	public HttpHandler apply(HttpHandler handler) {
		return (request,
				response) -> (request instanceof AbstractServerHttpRequest received
						&& received.<Object>getNativeRequest() instanceof ServletRequest servlet)
								? handler.handle(request, new EndableResponse(response, servlet))
								: handler.handle(request, response);
	}

	/**
	 * A response whose events can be ended.
	 */
	private static final class EndableResponse extends ServerHttpResponseDecorator {

		private final ServletRequest request;

		private EndableResponse(ServerHttpResponse delegate, ServletRequest request) {
			super(delegate);
			this.request = request;
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			if (!MediaType.TEXT_EVENT_STREAM.isCompatibleWith(getHeaders().getContentType())) {
				return super.writeAndFlushWith(body);
			}
			return super.writeAndFlushWith((subscriber) -> {
				EndableEvents events = new EndableEvents(subscriber);
				this.request.setAttribute(EventStream.END_ATTRIBUTE, (Runnable) events::end);
				body.subscribe(events);
			});
		}

	}

	/**
	 * Ends a body that is asked for one event at a time when the next is asked for. Who
	 * cancels it meanwhile, as {@code takeUntilOther} does, has Reactor interrupt the
	 * thread that is writing.
	 */
	private static final class EndableEvents implements Subscriber<Publisher<? extends DataBuffer>>, Subscription {

		private final Subscriber<? super Publisher<? extends DataBuffer>> subscriber;

		private @Nullable Subscription subscription;

		private boolean waiting;

		private boolean ending;

		private boolean ended;

		private EndableEvents(Subscriber<? super Publisher<? extends DataBuffer>> subscriber) {
			this.subscriber = subscriber;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.subscription = subscription;
			this.subscriber.onSubscribe(this);
		}

		@Override
		public void request(long n) {
			synchronized (this) {
				this.waiting = true;
			}
			if (!endIfPossible() && this.subscription != null) {
				this.subscription.request(n);
			}
		}

		private void end() {
			synchronized (this) {
				this.ending = true;
			}
			endIfPossible();
		}

		private boolean endIfPossible() {
			synchronized (this) {
				if (!this.ending || !this.waiting || this.ended) {
					return this.ended;
				}
				this.ended = true;
			}
			if (this.subscription != null) {
				this.subscription.cancel();
			}
			this.subscriber.onComplete();
			return true;
		}

		@Override
		public void onNext(Publisher<? extends DataBuffer> event) {
			synchronized (this) {
				if (this.ended) {
					return;
				}
				this.waiting = false;
			}
			this.subscriber.onNext(event);
		}

		@Override
		public void onError(Throwable ex) {
			if (endFromUpstream()) {
				this.subscriber.onError(ex);
			}
		}

		@Override
		public void onComplete() {
			if (endFromUpstream()) {
				this.subscriber.onComplete();
			}
		}

		private synchronized boolean endFromUpstream() {
			boolean first = !this.ended;
			this.ended = true;
			return first;
		}

		@Override
		public void cancel() {
			if (endFromUpstream() && this.subscription != null) {
				this.subscription.cancel();
			}
		}

	}

}
