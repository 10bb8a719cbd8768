#!/bin/sh
# A preStop hook that does not take the application's word for it: it has the application leave its registry, asks the
# registry whether it has, and removes the instance itself where the application hangs, is gone or refuses. For the
# container of the application or a sidecar of it. What it can be told, logs and exits with: ../kubernetes.md
# Needs date, sed, sleep, timeout, and one of: curl; GNU wget; BusyBox with wget, nc, base64 and tr, for its wget can
# neither DELETE nor PUT.

: "${SERVER_PORT:=8080}" "${SPRING_APPLICATION_NAME:=}" "${HOSTNAME:=}"
url=${PRESTOP_URL:-http://127.0.0.1:${MANAGEMENT_SERVER_PORT:-$SERVER_PORT}/actuator/deregister}
registry=${PRESTOP_REGISTRY:-none}
service=${PRESTOP_SERVICE:-$SPRING_APPLICATION_NAME}
settle=${PRESTOP_SETTLE:-5}
log=${PRESTOP_LOG:-/proc/1/fd/1}
patience=${PRESTOP_PATIENCE:-5} # for the first answer of the application
confirm=5 # for the registry to have done what it was told
read=3 # for one answer of the registry

header='Accept: */*'
application=unknown presence=unknown removed=no settled=0 detail='' complaint=''
started=$(date +%s)

# exit <status> <what has become of the instance> [<why>], with the one line
finish() {
	line="graceful-shutdown prestop=$2 application=$application registry=$registry presence=$presence removed=$removed"
	line="$line settle.s=$settled s=$(($(date +%s) - started)) budget.s=$budget status=$1${3:+ detail=\"$3\"}"
	echo "$line"
	# what a hook prints is lost, what the container prints is not
	if [ $$ != 1 ] && [ -w "$log" ]; then
		# shellcheck disable=SC2016 # is expanded by the inner shell
		timeout 1 sh -c 'echo "$1" >> "$2"' sh "$line" "$log" 2> /dev/null
	fi
	exit "$1"
}

# a duration as Spring Boot reads it, in whole seconds
seconds() {
	expression=$(printf %s "$1" | sed -E '
		y/DHMNPSTU/dhmnpstu/
		s/(^|[^0-9])0+([0-9])/\1\2/g
		/^p.*[0-9]/ {
			s/^p([0-9]+d)?t?/\1/
			s/d/*86400+/
			s/h/*3600+/
			s/m/*60+/
			s/s/+/
			s/$/0/
		}
		s|^([0-9]+)(ms)?$|\1/1000|
		s|us$|/1000000|
		s|ns$|/1000000000|
		s|s$||
		s|m$|*60|
		s|h$|*3600|
		s|d$|*86400|')
	case $expression in '' | [!0-9]* | *[!0-9*+/]*) return 1 ;; esac
	# shellcheck disable=SC2004 # an expression, and no variable
	echo $(($expression))
}

# what was said wrongly keeps nobody from calling the application
complain() {
	complaint=${complaint:-$1}
}

# <seconds>, or what is left if that is less
within() {
	left=$((deadline - $(date +%s)))
	if [ "$left" -lt "$1" ]; then echo "$left"; else echo "$1"; fi
}

# send <seconds> <method> <url>: prints status line, headers and body
send() {
	case $client in
		curl) timeout "$1" curl -sS -i --noproxy '*' -H "$header" -X "$2" "$3" ;;
		wget) timeout "$1" wget -q -S -O - --no-proxy --tries=1 --max-redirect=0 --content-on-error --auth-no-challenge \
			--header="$header" --method="$2" "$3" ;;
		busybox)
			case $2 in
				GET) timeout "$1" wget -q -S -O - -Y off --header "$header" "$3" ;;
				POST) timeout "$1" wget -q -S -O - -Y off --header "$header" --post-data '' "$3" ;;
				*) raw "$@" ;;
			esac
			;;
	esac
}

raw() {
	authority=${3#http://}
	path=/${authority#*/}
	authority=${authority%%/*}
	address=${authority##*@}
	case $address in *]) port=80 ;; *:*) port=${address##*:} ;; *) port=80 ;; esac
	host=${address%":$port"}
	host=${host#[}
	login=
	case $authority in *@*) login="Authorization: Basic $(printf %s "${authority%@*}" | base64 | tr -d '\n')" ;; esac
	printf '%s\r\n' "$2 $path HTTP/1.0" "Host: $address" "$header" ${login:+"$login"} 'Content-Length: 0' '' |
		timeout "$1" nc "${host%]}" "$port"
}

# exchange <seconds> <method> <url>: sets answer, and status to that of the answer, or to late or none
exchange() {
	limit=$(within "$1")
	answer='' status=late
	[ "$limit" -gt 0 ] || return
	answer=$(send "$limit" "$2" "$3" 2>&1)
	case $?:$answer in
		124:* | 143:*) ;; # a timeout, GNU's and BusyBox's
		*HTTP/[0-9]*)
			status=${answer#*HTTP/}
			status=${status#* }
			status=${status%%[!0-9]*}
			;;
		*) status=none ;;
	esac
}

# look <server>: whether it offers the instance to callers
look() {
	case $registry in
		eureka)
			exchange "$read" GET "$1/apps/$service/$instance"
			case $status:$answer in
				200:*'<status>UP</status>'* | 200:*'"status":"UP"'*) echo present ;;
				200:*'<status>'* | 200:*'"status":"'*) echo absent ;;
				404:*)
					# so says who is no Eureka, too
					exchange "$read" GET "$1/apps/delta"
					case $status in 200 | 403) echo absent ;; *) echo "$status" ;; esac
					;;
				*) echo "$status" ;;
			esac
			;;
		consul)
			# an instance in maintenance mode is listed, but does not pass
			query="?consistent&filter=Service.ID%20==%20%22$instance%22"
			[ "$removed" != hidden ] || query="$query&passing"
			exchange "$read" GET "$1/v1/health/service/$service$query"
			case $status:$answer in
				200:*'"Service"'*) echo present ;;
				200:*[Ff]iltered-[Bb]y-[Aa][Cc][Ll]s:*true*) echo 403 ;;
				200:*'[]') echo absent ;;
				*) echo "$status" ;;
			esac
			;;
		nacos)
			exchange "$read" GET "$1/instance/list?$parameters"
			case $status:$answer in
				200:*'"hosts":['* | 200:*'"data":['*)
					case $answer in
						*"\"port\":${instance##*:}"[,'}']*)
							case $answer in *"\"ip\":\"${instance%:*}\""*) echo present ;; *) echo absent ;; esac
							;;
						*) echo absent ;;
					esac
					;;
				*) echo "$status" ;;
			esac
			;;
	esac
}

# a server that is gone offers nothing, one that is silent may
ask() {
	answers=
	for server in $servers; do
		answers="$answers $(look "$server")"
	done
	case "$answers " in
		*' present '*) presence=present ;;
		*' late '* | *' '[0-9]*) presence=unknown ;;
		*' absent '*) presence=absent ;;
		*) presence=unknown ;;
	esac
}

await_absence() {
	end=$(($(date +%s) + confirm))
	while ask; [ "$presence" != absent ] && [ "$(date +%s)" -lt "$end" ] && [ "$(within 2)" -gt 1 ]; do
		sleep 1
	done
}

# remove <how>: yes is what the registry has for instances that leave, hidden what it has for those that it does not
# let go or that come back
remove() {
	removed=$1
	for server in $servers; do
		case $registry:$removed in
			eureka:yes) exchange "$read" DELETE "$server/apps/$service/$instance" ;;
			eureka:hidden) exchange "$read" PUT "$server/apps/$service/$instance/status?value=OUT_OF_SERVICE" ;;
			consul:yes) exchange "$read" PUT "$server/v1/agent/service/deregister/$instance" ;;
			consul:hidden) exchange "$read" PUT "$server/v1/agent/service/maintenance/$instance?enable=true" ;;
			nacos:yes) exchange "$read" DELETE "$server/instance?$parameters" ;;
			nacos:hidden) exchange "$read" PUT "$server/instance?$parameters&enabled=false" ;;
		esac
	done
}

# what was set for the address of an instance that is gone: the next one at the address would have it
clear() {
	case $registry:$application:${PRESTOP_NACOS_WEIGHT:-} in
		nacos:gone:?*)
			for server in $servers; do
				exchange "$read" PUT "$server/instance?$parameters&enabled=true&weight=$PRESTOP_NACOS_WEIGHT"
			done
			;;
	esac
}

if ! grace_period=$(seconds "${GRACEFULSHUTDOWN_GRACEPERIOD:-${GRACEFUL_SHUTDOWN_GRACE_PERIOD:-30s}}"); then
	complain 'GRACEFULSHUTDOWN_GRACEPERIOD is no duration'
	grace_period=30
fi
default=$((grace_period > 4 ? grace_period - 2 : 2))
budget=${PRESTOP_BUDGET:-$default}
case $budget:$settle:$patience in
	*[!0-9:]* | :* | *::* | *: | 0[0-9]* | *:0[0-9]*)
		complain 'PRESTOP_BUDGET, PRESTOP_SETTLE and PRESTOP_PATIENCE are numbers of seconds'
		budget=$default settle=5 patience=5
		;;
esac
# the clock knows whole seconds only
deadline=$((started + budget - 1))

case $registry in
	eureka)
		servers=${PRESTOP_REGISTRY_URL:-$EUREKA_CLIENT_SERVICEURL_DEFAULTZONE}
		instance=${PRESTOP_INSTANCE:-${EUREKA_INSTANCE_INSTANCEID:-$HOSTNAME:$service:$SERVER_PORT}}
		;;
	consul)
		servers=${PRESTOP_REGISTRY_URL:-http://${SPRING_CLOUD_CONSUL_HOST:-127.0.0.1}:${SPRING_CLOUD_CONSUL_PORT:-8500}}
		instance=${PRESTOP_INSTANCE:-${SPRING_CLOUD_CONSUL_DISCOVERY_INSTANCEID:-$service-$SERVER_PORT}}
		;;
	nacos)
		nacos=${SPRING_CLOUD_NACOS_DISCOVERY_SERVERADDR:-${SPRING_CLOUD_NACOS_SERVERADDR:-127.0.0.1:8848}}
		servers=${PRESTOP_REGISTRY_URL:-http://${nacos%%,*}/nacos/v1/ns}
		ip=${SPRING_CLOUD_NACOS_DISCOVERY_IP:-${POD_IP:-}}
		instance=${PRESTOP_INSTANCE:-${ip:+$ip:${SPRING_CLOUD_NACOS_DISCOVERY_PORT:-$SERVER_PORT}}}
		namespace=${SPRING_CLOUD_NACOS_DISCOVERY_NAMESPACE:-} group=${SPRING_CLOUD_NACOS_DISCOVERY_GROUP:-}
		parameters="serviceName=$service${namespace:+&namespaceId=$namespace}${group:+&groupName=$group}"
		parameters="$parameters${PRESTOP_NACOS_PARAMETERS:+&$PRESTOP_NACOS_PARAMETERS}"
		parameters="$parameters&ip=${instance%:*}&port=${instance##*:}"
		;;
	none) servers=none instance=none service=none ;;
	*)
		complain 'PRESTOP_REGISTRY is eureka, consul, nacos or none'
		servers='' instance=''
		;;
esac
servers=$(echo "$servers" | sed 's|/*[, ] *| |g; s|/*$||')
if [ -z "$servers" ] || [ -z "$service" ] || [ -z "$instance" ]; then
	complain 'the address of the registry, the service or the instance is not known'
fi

if ! command -v timeout > /dev/null; then
	finish 64 MISCONFIGURED 'there is no timeout'
elif command -v curl > /dev/null; then
	client=curl
elif wget --version > /dev/null 2>&1; then
	client=wget
elif command -v wget > /dev/null && command -v nc > /dev/null; then
	client=busybox
else
	finish 64 MISCONFIGURED 'there is no curl, no GNU wget, and no BusyBox with wget and nc'
fi

case $client:$servers in
	busybox:*https://*) complain 'BusyBox removes nothing over https: take curl or GNU wget' ;;
esac

# it answers at once if it is alive, and the second time when nobody calls it any more
exchange "$patience" POST "$url?wait=false"
case $status in
	2??)
		exchange $((deadline - $(date +%s) - budget / 4)) POST "$url"
		[ "$status" != late ] || status=slow
		;;
esac
case $status in
	2??) application=left ;;
	slow) application=slow ;;
	late) application=hung ;;
	none) application=gone ;;
	*) application=refused detail="the application answered $status" ;;
esac

[ -z "$complaint" ] || finish 64 MISCONFIGURED "$complaint"
if [ "$registry" = none ]; then
	[ "$application" != left ] || finish 0 LEFT
	finish 2 UNKNOWN "${detail:-there is no registry to ask}"
fi
header=${PRESTOP_REGISTRY_HEADER:-$header}

case $application in
	left) await_absence ;;
	*) ask ;;
esac
case $presence:$application in
	absent:left | absent:slow)
		finish 0 LEFT
		;;
	absent:gone)
		clear
		finish 0 LEFT 'it was not offered'
		;;
	# who lives and has not left is offered, unless it has never been
	absent:*) finish 2 UNKNOWN "${detail:-it does not answer}, and was not offered as $instance" ;;
esac

for how in yes hidden; do
	remove "$how"
	await_absence
	if [ "$presence" = absent ]; then
		# for requests on the wire. Whoever lives may be back with the next heartbeat
		settled=$(within "$settle")
		[ "$settled" -ge 0 ] || settled=0
		sleep "$settled"
		# it was seen gone: where there is no time for another look, it still is
		[ "$(within 2)" -le 1 ] || ask
		[ "$presence" != present ] || detail='it has registered itself again'
	fi
	[ "$presence" = present ] || break
done
case $presence in
	absent)
		clear
		finish 1 REMOVED "$detail"
		;;
	present) finish 3 LISTED "$detail" ;;
	*) finish 2 UNKNOWN "${detail:-the registry does not answer}" ;;
esac
