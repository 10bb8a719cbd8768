create table if not exists pay_order (
	payment_id varchar(64) primary key,
	amount numeric(19, 2) not null,
	device_code varchar(64) not null,
	ordered_at timestamp default current_timestamp not null
);

-- the payment that was made under a key: the same key again is the same payment
create table if not exists idempotency_key (
	idempotency_key varchar(64) primary key,
	payment_id varchar(64) not null
);

-- what customers are sent
create table if not exists receipt (
	payment_id varchar(64) primary key,
	issued_at timestamp default current_timestamp not null
);

-- the days that were begun; a row is locked while an instance settles its day
create table if not exists settlement_day (
	business_day date primary key
);

create table if not exists settlement (
	payment_id varchar(64) primary key,
	business_day date not null,
	amount numeric(19, 2) not null
);

create table if not exists settlement_total (
	business_day date primary key,
	orders bigint not null,
	amount numeric(19, 2) not null
);
